"""What is counted, for whom, and what is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier, Timer
from threading import enumerate as running_threads
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client

from leads.counting.counters import Counters
from leads.counting.tally import MOST_KEPT, Tally
from leads.models import BookingRequest, CallRules, DailyCount, Hit
from leads.models.daily_count import MOST_ROWS_A_DAY, Counted
from pages.delivery.front import DeliveryFront
from pages.models import Question, Section
from tests.leads.counted import counted
from tests.leads.factories import ANSWERS
from tests.pages.factories import a_page, published
from tests.wsgi import ask

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
"""In Amsterdam it is half past midnight by then."""


@pytest.fixture
def reader(counters: Counters, open_hours: CallRules) -> Client:
    """On a page with one question, in a browser that is counted."""
    page = a_page("guide")
    Section.objects.create(
        page=page, kind=Section.Kind.QUESTIONS, anchor="questions", heading="Questions", position=1
    )
    Question.objects.create(page=page, question="How long?", answer="A year.", anchor="how-long", position=1)
    published(page, at=datetime(2026, 1, 1, tzinfo=UTC))
    return Client(
        enforce_csrf_checks=True,
        headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1", "User-Agent": FIREFOX},
    )


def hit(reader: Client, headers: dict[str, str] | None = None, **changes: str) -> HttpResponse:
    sent = {"kind": "visit", "page": "guide", "source": "direct"} | changes
    with time_machine.travel(LATE, tick=False):
        return reader.post("/count/", sent, headers=headers)  # type: ignore[return-value]


def test_hits_of_a_day_add_up_by_page_source_and_button(reader: Client, counters: Counters) -> None:
    hit(reader)
    hit(reader)
    hit(reader, source="www.google.de")
    hit(reader, kind="click", cta="header")
    hit(reader, kind="click", cta="questions")
    hit(reader, kind="question_opened", cta="how-long")

    assert counted(counters) == {
        ("visit", "guide", "direct", ""): 2,
        ("visit", "guide", "google", ""): 1,
        ("click", "guide", "direct", "header"): 1,
        ("click", "guide", "direct", "questions"): 1,
        ("question_opened", "guide", "direct", "how-long"): 1,
    }
    assert set(DailyCount.objects.values_list("day", flat=True)) == {TUESDAY}


def test_answer_is_empty_and_never_kept_and_sets_no_cookie(reader: Client) -> None:
    answer = hit(reader)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert "Vary" not in answer


def test_picture_counts_a_visit_without_scripts(reader: Client, counters: Counters) -> None:
    before = {"Referer": "http://127.0.0.1/guide/?utm_source=Newsletter"}

    with time_machine.travel(LATE, tick=False):
        answer = reader.get("/count/guide.gif", headers=before)
        reader.get("/count/guide.gif")
        reader.head("/count/guide.gif")
        reader.get("/count/no-such-page.gif")

    assert answer.content.startswith(b"GIF89a")
    assert len(answer.content) <= 43
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/gif", "no-store")
    assert not answer.cookies
    assert counted(counters) == {
        ("visit", "guide", "newsletter", ""): 1,
        ("visit", "guide", "unknown", ""): 1,
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-GPC": "1"},
        {"DNT": "1"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"User-Agent": ""},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "curl/8.5.0"},
        {"Cookie": "sessionid=of-somebody-on-the-staff"},
    ],
)
def test_who_asks_and_what_is_no_reader_is_not_counted(
    reader: Client, counters: Counters, headers: dict[str, str]
) -> None:
    answers = [
        hit(reader, headers),
        reader.get("/count/guide.gif", headers=headers),
        reader.get("/book/?from=guide&cta=hero", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [204, 200, 200]
    assert counted(counters) == {}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "", "Referer": "https://elsewhere.example/"},
    ],
)
def test_pages_of_others_count_nothing_here(
    reader: Client, counters: Counters, headers: dict[str, str]
) -> None:
    answers = [hit(reader, headers), reader.get("/count/guide.gif", headers=headers | {"Origin": ""})]

    assert [answer.status_code for answer in answers] == [204, 200]
    assert counted(counters) == {}


@pytest.mark.parametrize(
    "sent",
    [
        {"page": "no-such-page"},
        {"page": ""},
        {"page": "\x00"},
        {"kind": "no-such-kind"},
        {"kind": "form_opened", "cta": "hero"},
        {"cta": "hero"},
        {"kind": "click", "cta": "no-such-button"},
        {"kind": "click"},
        {"kind": "question_opened", "cta": "hero"},
        {"source": "x" * 600},
    ],
)
def test_what_the_site_does_not_have_is_not_counted(reader: Client, counters: Counters, sent: Any) -> None:
    assert hit(reader, **sent).status_code == 204
    assert counted(counters) == {}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"kind=visit&page=%ff", "application/x-www-form-urlencoded"),
        (b"nonsense", "multipart/form-data"),
        (b'{"kind": "visit"}', "application/json"),
        (b"kind=visit", "application/x-www-form-urlencoded; charset=hex"),
        (b"&" * 500, "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_hit_gets_the_same_answer(
    reader: Client, counters: Counters, body: bytes, content_type: str
) -> None:
    assert reader.generic("POST", "/count/", body, content_type).status_code == 204
    assert counted(counters) == {}


def test_page_that_was_published_a_moment_ago_is_counted(reader: Client, counters: Counters) -> None:
    hit(reader)
    published(a_page("news"), at=datetime(2026, 1, 2, tzinfo=UTC))

    hit(reader, page="news")

    assert counted(counters) == {
        ("visit", "guide", "direct", ""): 1,
        ("visit", "news", "direct", ""): 1,
    }


def test_form_counts_how_often_it_was_opened_and_from_where(reader: Client, counters: Counters) -> None:
    reader.get("/book/?from=guide&cta=hero&via=google")
    reader.get("/book/?from=guide&cta=no-such-button&utm_source=news")
    reader.get("/book/")
    reader.head("/book/")
    reader.post("/book/", ANSWERS)

    assert counted(counters) == {
        ("form_opened", "guide", "google", "hero"): 1,
        ("form_opened", "", "news", ""): 1,
        ("form_opened", "", "unknown", ""): 1,
    }


def test_request_keeps_the_name_of_its_source(reader: Client, counters: Counters) -> None:
    sent = ANSWERS | {"consent": "on", "starts_at": "none", "via": "www.linkedin.com"}

    answer = reader.post("/book/", sent)

    assert answer.status_code == 303
    assert BookingRequest.objects.get().source_name == "linkedin"


def test_totals_name_every_kind(reader: Client, counters: Counters) -> None:
    hit(reader)
    hit(reader, source="news")
    hit(reader, kind="click", cta="hero")
    counters.tally.write()

    assert DailyCount.objects.during(TUESDAY, TUESDAY).totals() == {
        Hit.VISIT: 2,
        Hit.CLICK: 1,
        Hit.QUESTION_OPENED: 0,
        Hit.FORM_OPENED: 0,
    }
    assert DailyCount.objects.during(date(2026, 11, 1), date(2026, 11, 23)).totals()[Hit.VISIT] == 0


def test_page_is_the_same_for_whoever_reads_it_and_names_only_itself(reader: Client) -> None:
    front = DeliveryFront(WSGIHandler())

    plain = ask(front, "/guide/", host="127.0.0.1")
    private = ask(
        front, "/guide/", host="127.0.0.1", sec_gpc="1", cookie="a=b", referer="https://www.google.com/"
    )

    assert plain == private
    assert "Set-Cookie" not in plain.headers
    assert [line.strip() for line in plain.body.decode().splitlines() if "count" in line] == [
        '<script src="/static/js/count.js" data-page="guide" defer></script>',
        '<noscript><img src="/count/guide.gif" alt="" hidden></noscript>',
    ]


def test_script_weighs_a_kilobyte_at_most() -> None:
    assert Path(settings.BASE_DIR, "static/js/count.js").stat().st_size <= 1024


# --- The table


def a_visit(source: str, day: date = TUESDAY) -> Counted:
    return Counted(day, Hit.VISIT, "guide", source, "")


@pytest.mark.django_db
def test_a_day_has_room_for_so_many_rows_and_the_rest_counts_as_other() -> None:
    DailyCount.objects.add({a_visit(f"site-{number}"): 1 for number in range(MOST_ROWS_A_DAY - 1)})

    DailyCount.objects.add(
        {a_visit("site-7"): 1, a_visit("new-1"): 2, a_visit("new-2"): 3, a_visit("new-3"): 4}
    )
    DailyCount.objects.add({a_visit("site-7"): 1, a_visit("new-4"): 5, a_visit("new", date(2026, 11, 25)): 1})

    counts = dict(DailyCount.objects.filter(day=TUESDAY).values_list("source", "count"))
    assert len(counts) == MOST_ROWS_A_DAY + 1
    assert (counts["site-7"], counts["new-1"], counts["other"]) == (3, 2, 12)
    assert DailyCount.objects.get(day=date(2026, 11, 25)).source == "new"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"kind": "glance"}, "kind_of_count_is_known"),
        ({"count": 0}, "what_never_happened_has_no_count"),
        ({}, "one_count_for_each_thing_of_a_day"),
    ],
)
def test_database_refuses_what_cannot_be(fields: dict[str, Any], constraint: str) -> None:
    DailyCount.objects.create(**a_visit("direct")._asdict(), count=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        DailyCount.objects.create(**a_visit("direct")._asdict() | {"count": 1} | fields)
    assert constraint in {known.name for known in DailyCount._meta.constraints}


# --- The memory of a process


@pytest.mark.django_db
def test_flood_of_sources_does_not_fill_the_memory() -> None:
    tally = Tally(every=None)

    for number in range(MOST_KEPT + 50):
        tally.add(a_visit(f"site-{number}"))
    tally.write()

    counts = dict(DailyCount.objects.values_list("source", "count"))
    assert len(counts) == MOST_KEPT + 1
    assert counts["other"] == 50


def test_counts_that_could_not_be_written_are_kept_and_said_once(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    tally = Tally(every=None)
    tally.add(a_visit("direct"))
    tally.write()  # There is no database yet.
    tally.add(a_visit("direct"))
    tally.write()
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        "visits could not be counted"
    ]

    request.getfixturevalue("db")
    tally.write()
    tally.write()

    assert list(DailyCount.objects.values_list("source", "count")) == [("direct", 2)]


def test_page_does_not_notice_that_its_visit_cannot_be_counted(counters: Counters) -> None:
    browser = Client(headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1", "User-Agent": FIREFOX})

    answers = [hit(browser), browser.get("/count/guide.gif")]  # There is no database.

    assert [answer.status_code for answer in answers] == [204, 200]


@pytest.mark.django_db(transaction=True)
def test_processes_that_write_at_the_same_time_add_up() -> None:
    """Each thread has a connection and a memory of its own, as a process has."""
    starting_line = Barrier(4)

    def process(number: int) -> None:
        tally = Tally(every=None)
        starting_line.wait(10)
        for _ in range(5):
            tally.add(a_visit("direct"))
            tally.add(a_visit(f"site-{number % 2}"))
            tally.write()
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(process, range(4)))

    counts = dict(DailyCount.objects.values_list("source", "count"))
    assert counts == {"direct": 20, "site-0": 10, "site-1": 10}


def end_of_timers() -> None:
    for thread in running_threads():
        if isinstance(thread, Timer):
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_what_was_gathered_is_written_by_itself() -> None:
    tally = Tally(every=0.01)

    for _ in range(2):
        tally.add(a_visit("direct"))
        end_of_timers()

    assert list(DailyCount.objects.values_list("count", flat=True)) == [2]
