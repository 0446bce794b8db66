"""Where clients come from: the numbers, how sure they are, the page on the desk, and its file."""

from __future__ import annotations

import csv
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from leads.counting.intervals import Rate
from leads.counting.report import Figures, Grouping, Place, report
from leads.models import BookingEvent, BookingRequest, DailyCount, Hit, Outcome, Status
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.pages.factories import a_page, published

REPORT = "/admin/leads/dailycount/"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MONDAY = NOON.date()
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)


def count(kind: Hit, number: int, *, day: date = MONDAY, **place: str) -> None:
    where = {"page": "guide", "source": "google", "cta": ""} | place
    DailyCount.objects.create(day=day, kind=kind, count=number, **where)


def request_(*, at: datetime = NOON, confirmed: bool = False, **changes: Any) -> BookingRequest:
    came_from = {"source_page": "guide", "source_cta": "hero", "source_name": "google"}
    became = {name: changes.pop(name) for name in ["status", "outcome", "value"] if name in changes}
    booking = submitted(at=at, **came_from | changes)
    if confirmed:
        booking.events.create(kind=BookingEvent.Kind.CONFIRMED, at=at)
    BookingRequest.objects.filter(pk=booking.pk).update(**became)
    return booking


def client_worth(value: str, **changes: Any) -> BookingRequest:
    return request_(
        confirmed=True, status=Status.ATTENDED, outcome=Outcome.SIGNED, value=Decimal(value), **changes
    )


@pytest.fixture
def november(db: None) -> None:
    for slug in ["guide", "news"]:
        published(a_page(slug), at=EARLIER)
    count(Hit.VISIT, 100)
    count(Hit.VISIT, 40, source="direct")
    count(Hit.VISIT, 30, page="news", source="direct")
    count(Hit.CLICK, 9, cta="hero")
    count(Hit.CLICK, 2, cta="header", source="direct")
    count(Hit.QUESTION_OPENED, 5, cta="how-long")
    count(Hit.FORM_OPENED, 8, cta="hero")
    client_worth("1500.00")
    request_(confirmed=True, status=Status.CANCELLED)
    request_(confirmed=True, status=Status.ATTENDED, outcome=Outcome.OFFER_MADE, source_cta="header")
    request_(source_page="invented", source_cta="invented", source_name="unknown")


def lines_by(grouping: Grouping) -> dict[Place, dict[str, Any]]:
    """Without what is nothing."""
    return {line.place: some(line.figures) for line in report(FIRST, LAST, grouping).lines}


def some(figures: Figures) -> dict[str, Any]:
    return {name: number for name, number in asdict(figures).items() if number}


@pytest.mark.usefixtures("november")
def test_pages_are_told_apart_by_what_they_brought() -> None:
    assert lines_by(Grouping.PAGE) == {
        Place(page="guide"): {
            "visits": 140,
            "questions": 5,
            "clicks": 11,
            "forms": 8,
            "requests": 3,
            "confirmed": 3,
            "calls": 2,
            "offers": 2,
            "clients": 1,
            "value": Decimal(1500),
        },
        Place(page=""): {"requests": 1},
        Place(page="news"): {"visits": 30},
    }


@pytest.mark.usefixtures("november")
def test_sources_are_told_apart_by_the_name_that_visits_and_requests_share() -> None:
    found = lines_by(Grouping.SOURCE)

    assert list(found) == [Place(source="google"), Place(source="unknown"), Place(source="direct")]
    assert found[Place(source="google")]["visits"] == 100
    assert found[Place(source="google")]["requests"] == 3
    assert found[Place(source="direct")] == {"visits": 70, "clicks": 2}


@pytest.mark.usefixtures("november")
def test_button_stands_beside_the_visits_of_its_page() -> None:
    found = lines_by(Grouping.BUTTON)

    assert found == {
        Place("guide", None, "hero"): {
            "visits": 140,
            "clicks": 9,
            "forms": 8,
            "requests": 2,
            "confirmed": 2,
            "calls": 1,
            "offers": 1,
            "clients": 1,
            "value": Decimal(1500),
        },
        Place("guide", None, "header"): {
            "visits": 140,
            "clicks": 2,
            "requests": 1,
            "confirmed": 1,
            "calls": 1,
            "offers": 1,
        },
        Place("", None, ""): {"requests": 1},
        Place("guide", None, "how-long"): {"visits": 140, "questions": 5},
        Place("news", None, ""): {"visits": 30},
    }


@pytest.mark.usefixtures("november")
def test_all_three_are_told_apart_and_visits_are_those_of_the_page_and_source() -> None:
    found = lines_by(Grouping.ALL)

    assert found[Place("guide", "direct", "header")] == {"visits": 40, "clicks": 2}
    assert found[Place("guide", "google", "how-long")] == {"visits": 100, "questions": 5}
    assert Place("guide", "google", "") not in found


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize("grouping", Grouping)
def test_total_is_the_same_however_it_is_grouped(grouping: Grouping) -> None:
    total = report(FIRST, LAST, grouping).total

    assert total == Figures(
        visits=170,
        questions=5,
        clicks=11,
        forms=8,
        requests=4,
        confirmed=3,
        calls=2,
        offers=2,
        clients=1,
        value=Decimal(1500),
    )


@pytest.mark.django_db
def test_days_begin_and_end_by_the_coachs_calendar() -> None:
    count(Hit.VISIT, 1, day=date(2026, 10, 31))
    count(Hit.VISIT, 2, day=FIRST)
    count(Hit.VISIT, 4, day=LAST)
    count(Hit.VISIT, 8, day=date(2026, 12, 1))
    request_(at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    request_(at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))  # Midnight in Amsterdam.
    request_(at=datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    request_(at=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))

    total = report(FIRST, LAST, Grouping.PAGE).total

    assert some(total) == {"visits": 6, "requests": 2}


# --- How sure a rate is


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    interval = Rate(part, whole).interval

    assert interval is not None
    assert tuple(round(end, 4) for end in interval) == (low, high)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (Rate(0, 0), ""),
        (Rate(0, 3), "too few to say"),
        (Rate(2, 5), "too few to say"),
        (Rate(15, 148), "6.2–16%"),
        (Rate(0, 20), "0–16%"),
        (Rate(29, 29), "88–100%"),
        (Rate(3, 2), "not all counted"),
        (Rate(1, 0), ""),
    ],
)
def test_rate_says_how_sure_it_is(rate: Rate, words: str) -> None:
    assert rate.in_words == words


# --- The page, and its file


def text(page: str) -> str:
    return " ".join(page.split())


@pytest.mark.usefixtures("november")
def test_page_shows_the_last_28_days_by_page(as_adviser: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        answer = as_adviser.get(REPORT)

    page = text(answer.text)
    assert "27 October 2026 to 23 November 2026: about 170 visits, 4 requests, 1 client." in page
    assert '<th scope="row" class="name">/guide/</th>' in page
    assert "<td>3<small>0.7–6.1%</small></td>" in page
    assert "<td>1,500</td>" in page
    assert 'aria-current="page">Sources</a>' in page


@pytest.mark.usefixtures("november")
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=own&first=2026-11-01&last=2026-11-30", "1 November 2026 to 30 November 2026"),
        ("period=90&by=source", "26 August 2026 to 23 November 2026"),
        ("period=365&by=all", "24 November 2025 to 23 November 2026"),
    ],
)
def test_days_can_be_chosen(as_adviser: Client, query: str, sentence: str) -> None:
    with time_machine.travel(NOON, tick=False):
        assert sentence in text(as_adviser.get(f"{REPORT}?{query}").text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=own", "Enter the first day and the last"),
        ("period=own&first=2026-11-02&last=2026-11-01", "Enter a last day that is not before the first"),
        ("period=own&first=2000-01-01&last=2026-11-01", "Enter days that are at most five years apart"),
        ("period=own&first=nonsense&last=2026-11-01", "Enter a valid date."),
        ("period=7", "Select a valid choice."),
        ("by=name", "Select a valid choice."),
    ],
)
def test_days_that_cannot_be_get_a_sentence(as_adviser: Client, query: str, sentence: str) -> None:
    answer = as_adviser.get(f"{REPORT}?{query}")
    file = as_adviser.get(f"{REPORT}report.csv?{query}")

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 1
    assert (file.status_code, file["Location"].partition("?")[0]) == (302, REPORT)


@pytest.mark.django_db
def test_nothing_is_said_in_a_sentence(as_adviser: Client) -> None:
    assert "Nothing was counted or requested on these days." in as_adviser.get(REPORT).text


@pytest.mark.usefixtures("november")
def test_file_has_every_line_and_the_ends_of_each_rate(as_adviser: Client) -> None:
    answer = as_adviser.get(f"{REPORT}report.csv?period=own&first=2026-11-01&last=2026-11-30&by=page")

    content = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(content.splitlines()))
    assert answer["Content-Disposition"] == (
        'attachment; filename="where-clients-come-from-2026-11-01-to-2026-11-30.csv"'
    )
    assert [row["Page"] for row in rows] == ["/guide/", "No page before", "/news/", "Total"]
    assert rows[0] == {
        "Page": "/guide/",
        "Visits": "140",
        "Questions opened": "5",
        "Clicks": "11",
        "Form opened": "8",
        "Requests": "3",
        "Confirmed": "3",
        "Calls": "2",
        "Offers": "2",
        "Clients": "1",
        "Value (EUR)": "1500.00",
        "Requests of visits, from (95%)": "0.0073",
        "Requests of visits, to (95%)": "0.0611",
        "Calls of requests, from (95%)": "0.2077",
        "Calls of requests, to (95%)": "0.9385",
        "Clients of calls, from (95%)": "0.0945",
        "Clients of calls, to (95%)": "0.9055",
    }
    assert rows[3]["Visits"] == "170"


@pytest.mark.usefixtures("november")
def test_button_that_would_be_a_formula_stays_text_in_the_file(as_adviser: Client) -> None:
    request_(source_cta="=HYPERLINK(1)")

    answer = as_adviser.get(f"{REPORT}report.csv?period=own&first=2026-11-01&last=2026-11-30&by=button")

    content = b"".join(answer).decode()
    assert "/guide/,'=HYPERLINK(1),140" in content


def test_only_who_may_see_requests_sees_where_they_come_from(as_editor: Client, db: None) -> None:
    assert [as_editor.get(REPORT + path).status_code for path in ["", "report.csv"]] == [403, 403]
    assert "Where clients come from" not in as_editor.get("/admin/").text


def test_nobody_edits_counts(as_owner: Client, db: None) -> None:
    count(Hit.VISIT, 1)

    pk = DailyCount.objects.get().pk
    for path in ["add/", f"{pk}/change/", f"{pk}/delete/", f"{pk}/history/"]:
        assert as_owner.get(REPORT + path).status_code == 403


def test_report_asks_the_same_questions_of_a_long_list(as_adviser: Client, db: None) -> None:
    url = f"{REPORT}?period=own&first=2026-11-01&last=2026-11-30&by=all"
    published(a_page("guide"), at=EARLIER)
    count(Hit.VISIT, 1)
    request_()
    few = queries_of(as_adviser, url)

    for number in range(20):
        count(Hit.VISIT, 1, source=f"site-{number}")
        count(Hit.CLICK, 1, source=f"site-{number}", cta="hero")
        client_worth("100", source_name=f"site-{number}")

    assert queries_of(as_adviser, url) == few


def test_long_list_is_shown_in_part_and_counted_whole(as_adviser: Client, adviser: User) -> None:
    for number in range(203):
        count(Hit.VISIT, 1, source=f"site-{number}")

    page = text(as_adviser.get(f"{REPORT}?period=own&first=2026-11-01&last=2026-11-30&by=source").text)

    assert "3 more lines stand in the file below" in page
    assert "about 203 visits" in page
