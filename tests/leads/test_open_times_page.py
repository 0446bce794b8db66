"""The page “Open times” of the staff desk, and the forms that it leads to."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client

from leads.models import BusyCalendar, CallRules, Closure, WeeklyHours
from leads.open_times import open_times
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

PAGE = "/admin/leads/weeklyhours/"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, seven o'clock in Amsterdam

RULES = {
    "time_zone": "Europe/Amsterdam",
    "call_minutes": "30",
    "gap_minutes": "15",
    "notice_hours": "24",
    "horizon_days": "14",
    "calls_a_day": "4",
    "calls_a_week": "6",
    "offer_hours": "4",
    "currency": "EUR",
}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def tuesdays(db: None) -> WeeklyHours:
    CallRules().save()
    return WeeklyHours.objects.create(weekday=1, begins="15:30", ends="17:00")


def rows(page: str) -> dict[str, str]:
    """What stands beside each day of the preview."""
    found = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', page, re.DOTALL)
    return {_text(day): _text(cell) for day, cell in found}


def _text(markup: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))


def content(client: Client, url: str = PAGE) -> str:
    return client.get(url).content.decode()


def preview(client: Client, url: str, **answers: str) -> str:
    response = client.post(url, answers | {"_preview": "1"})
    assert response.status_code == 200
    return response.content.decode()


def test_page_shows_by_day_what_visitors_may_choose_and_why_not(as_adviser: Client) -> None:
    Closure.objects.create(first_day=date(2026, 12, 1), last_day=date(2026, 12, 1), reason="Lisbon")
    submitted(starts_at=datetime(2026, 11, 24, 14, 30, tzinfo=UTC))

    shown = rows(content(as_adviser))

    assert (shown["Mon 23 Nov"], shown["Tue 24 Nov"], shown["Tue 1 Dec"]) == (
        "No weekly hours",
        "16:15 1 call",
        "Closed (Lisbon)",
    )


def test_page_and_visitors_get_the_same_answer(as_adviser: Client) -> None:
    times = as_adviser.get(PAGE).context["preview"].times

    assert times.days == open_times(NOW).days


def test_page_counts_the_calls_of_each_week(as_adviser: Client) -> None:
    submitted(starts_at=datetime(2026, 11, 24, 14, 30, tzinfo=UTC))

    page = content(as_adviser)

    assert re.findall(r"\d of \d calls taken", page) == [
        "1 of 6 calls taken",
        "0 of 6 calls taken",
        "0 of 6 calls taken",
    ]
    assert "This week 1 of 6 calls is taken, and 1 can still be booked." in _text(page)


def test_weeks_beyond_the_third_are_folded_away(as_adviser: Client) -> None:
    CallRules(horizon_days=60).save()

    page = content(as_adviser)

    assert "<summary>6 more weeks</summary>" in page
    assert len(rows(page)) == 61


def test_hours_closures_and_rules_lead_to_their_forms(as_adviser: Client, tuesdays: WeeklyHours) -> None:
    closure = Closure.objects.create(first_day=date(2026, 12, 1), last_day=date(2026, 12, 1))
    Closure.objects.create(first_day=date(2026, 1, 1), last_day=date(2026, 1, 2), reason="Past")

    page = content(as_adviser)

    for link in [
        f"/admin/leads/weeklyhours/{tuesdays.pk}/change/",
        "/admin/leads/weeklyhours/add/?weekday=3",
        f"/admin/leads/closure/{closure.pk}/change/",
        "/admin/leads/closure/add/",
        "/admin/leads/callrules/",
        "/admin/leads/busycalendar/add/",
    ]:
        assert f'href="{link}"' in page
    assert "Past</span>" not in page


def test_whoever_may_only_look_is_led_to_no_form(client: Client) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_weeklyhours"))
    client.force_login(looker)

    page = content(client)

    assert rows(page)["Tue 24 Nov"] == "15:30 16:15"
    assert re.findall(r'href="[^"]+/(?:add|change)/', page) == []


def test_menu_leads_advisers_to_the_page_and_editors_not(as_adviser: Client, as_editor: Client) -> None:
    entry = f'<a href="{PAGE}">Open times</a>'

    assert [entry in content(client, "/admin/") for client in (as_adviser, as_editor)] == [True, False]
    assert as_editor.get(PAGE).status_code == 403


def test_stale_calendar_is_marked_with_its_age_and_its_error(as_adviser: Client) -> None:
    BusyCalendar.objects.create(name="Fresh", url="https://a.example.com/a.ics", read_at=NOW)
    stale = BusyCalendar.objects.create(
        name="Stale",
        url="https://b.example.com/b.ics",
        read_at=datetime(2026, 11, 22, 6, tzinfo=UTC),
        last_error="The server took too long.",
    )

    page = content(as_adviser)

    assert re.findall(r'class="overdue">(.*?)</span>', page) == ["read 1\N{NO-BREAK SPACE}day ago"]
    assert f"/admin/leads/busycalendar/{stale.pk}/change/" in page
    assert "The server took too long." in page


def test_longer_lists_take_no_more_queries(as_adviser: Client) -> None:
    short = queries_of(as_adviser, PAGE)
    for number in range(49):
        WeeklyHours.objects.create(weekday=2, begins="09:00", ends="10:30")
        Closure.objects.create(first_day=date(2027, 1, 1), last_day=date(2027, 1, 1))
        BusyCalendar.objects.create(name=f"{number}", url="https://a.example.com/a.ics")

    assert queries_of(as_adviser, PAGE) == short


# --- A preview of what is not saved yet


def test_new_hours_are_previewed_and_not_saved(as_adviser: Client) -> None:
    page = preview(as_adviser, f"{PAGE}add/", weekday="2", begins="09:00", ends="10:30")

    assert rows(page)["Wed 25 Nov"] == "09:00 09:45"
    assert "Not saved yet." in page
    assert 'value="10:30"' in page
    assert WeeklyHours.objects.count() == 1


def test_changed_hours_are_previewed_in_place_of_the_old(as_adviser: Client, tuesdays: WeeklyHours) -> None:
    url = f"{PAGE}{tuesdays.pk}/change/"

    page = preview(as_adviser, url, weekday="1", begins="16:00", ends="16:30")

    assert rows(page)["Tue 24 Nov"] == "16:00"
    tuesdays.refresh_from_db()
    assert f"{tuesdays.begins:%H:%M}" == "15:30"


def test_closed_days_are_previewed(as_adviser: Client) -> None:
    days = {"first_day": "2026-11-24", "last_day": "2026-11-24", "reason": "Fair"}

    page = preview(as_adviser, "/admin/leads/closure/add/", **days)

    assert rows(page)["Tue 24 Nov"] == "Closed (Fair)"
    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("changes", "tuesday"),
    [
        ({"call_minutes": "60"}, "15:30"),
        ({"gap_minutes": "0"}, "15:30 16:00 16:30"),
        ({"notice_hours": "48"}, "Less than 48 hours ahead"),
        ({"time_zone": "Asia/Tokyo", "notice_hours": "1"}, "15:30 16:15"),
    ],
)
def test_rules_are_previewed(as_adviser: Client, changes: dict[str, str], tuesday: str) -> None:
    page = preview(as_adviser, "/admin/leads/callrules/1/change/", **(RULES | changes))

    assert rows(page)["Tue 24 Nov"] == tuesday
    assert CallRules.current().call_minutes == 30


def test_a_form_that_is_wrong_previews_what_is_saved_and_says_what_is_wrong(as_adviser: Client) -> None:
    page = preview(as_adviser, f"{PAGE}add/", weekday="2", begins="11:00", ends="10:30")

    assert "“To” must be later than “from”." in page
    assert "Until this is put right, these are the times as they are:" in page
    assert rows(page)["Wed 25 Nov"] == "No weekly hours"


def test_saved_hours_lead_back_to_the_page(as_adviser: Client) -> None:
    answers: list[tuple[str, dict[str, Any]]] = [
        (f"{PAGE}add/", {"weekday": "2", "begins": "09:00", "ends": "10:30"}),
        ("/admin/leads/closure/add/", {"first_day": "2026-12-01", "last_day": "2026-12-01"}),
        ("/admin/leads/callrules/1/change/", RULES),
    ]

    responses = [as_adviser.post(url, data) for url, data in answers]
    removed = as_adviser.post(f"{PAGE}{WeeklyHours.objects.latest('pk').pk}/delete/", {"post": "yes"})

    assert [response.headers.get("Location") for response in [*responses, removed]] == [PAGE] * 4
    assert (WeeklyHours.objects.count(), Closure.objects.count()) == (1, 1)


# --- What is refused, and what is only said


@pytest.mark.parametrize(
    ("url", "answers", "sentence"),
    [
        (
            f"{PAGE}add/",
            {"weekday": "2", "begins": "09:02", "ends": "10:30"},
            "Enter a time on a multiple of 5 minutes.",
        ),
        (
            "/admin/leads/closure/add/",
            {"first_day": "2026-12-02", "last_day": "2026-12-01"},
            "The last day must not be before the first.",
        ),
        (
            "/admin/leads/callrules/1/change/",
            RULES | {"time_zone": "Europe/Atlantis"},
            "Select your time zone from the list",
        ),
        (
            "/admin/leads/callrules/1/change/",
            RULES | {"call_minutes": "32"},
            "Enter a multiple of 5 minutes.",
        ),
    ],
)
def test_impossible_answer_is_refused_in_a_sentence(
    as_adviser: Client, url: str, answers: dict[str, str], sentence: str
) -> None:
    response = as_adviser.post(url, answers)

    assert response.status_code == 200
    assert sentence in html.unescape(response.content.decode())


def test_hours_that_overlap_are_only_worth_a_second_look(as_adviser: Client) -> None:
    as_adviser.post(f"{PAGE}add/", {"weekday": "1", "begins": "16:30", "ends": "18:00"})

    sentence = "Tuesday 15:30–17:00 and 16:30–18:00 overlap. Times that lie in both are offered once."
    assert sentence in content(as_adviser)


def test_hours_shorter_than_a_call_are_only_worth_a_second_look(as_adviser: Client) -> None:
    page = preview(as_adviser, "/admin/leads/callrules/1/change/", **(RULES | {"call_minutes": "120"}))

    sentence = "Tuesday 15:30–17:00 is shorter than a call, which takes 120 minutes. It gives no time."
    assert sentence in page


def test_hours_up_to_midnight_are_neither(as_adviser: Client, tuesdays: WeeklyHours) -> None:
    tuesdays.delete()
    WeeklyHours.objects.create(weekday=1, begins="22:00", ends="00:00")
    WeeklyHours.objects.create(weekday=1, begins="20:00", ends="22:00")

    assert "Worth a second look" not in content(as_adviser)


def test_a_call_on_a_closed_day_is_worth_a_second_look(as_adviser: Client) -> None:
    submitted(starts_at=datetime(2026, 11, 24, 14, 30, tzinfo=UTC))
    days = {"first_day": "2026-11-24", "last_day": "2026-11-25"}

    page = preview(as_adviser, "/admin/leads/closure/add/", **days)

    sentence = "Tuesday 24 November is closed, but 1 call stands on it. Closing a day cancels nothing."
    assert sentence in page
