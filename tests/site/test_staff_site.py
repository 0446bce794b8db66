"""Who sees what of the staff desk, and what its first page says."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from model_bakery import baker

from leads.models import BookingRequest, BusyCalendar, CallRules, Message, WeeklyHours
from leads.open_times import open_times
from pages.models import LandingPage
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

MODELS = {
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/": model for model in admin.site._registry
}
NEEDED: dict[str, Any] = {"Picture": {"is_decoration": True}, "Resource": {"address": "/guide/"}}
"""What a row needs beside its required fields."""
LISTS = {url: model._meta.app_label for url, model in MODELS.items()}


def allowed(client: Client) -> set[str]:
    """The parts of the site whose lists the client may open."""
    return {app for url, app in LISTS.items() if client.get(url).status_code != 403}


def linked(client: Client) -> set[str]:
    html = client.get("/admin/").content.decode()
    return {app for url, app in LISTS.items() if f'href="{url}' in html}


def test_owner_sees_everything(as_owner: Client) -> None:
    assert allowed(as_owner) == linked(as_owner) == {"auth", "leads", "pages"}


def test_adviser_sees_the_requests_alone(as_adviser: Client) -> None:
    assert allowed(as_adviser) == linked(as_adviser) == {"leads"}


def test_editor_sees_the_pages_alone(as_editor: Client) -> None:
    assert allowed(as_editor) == linked(as_editor) == {"pages"}


def every_address(*apps: str) -> list[str]:
    """The addresses of the apps' lists and forms, of a row that is there."""
    submitted()
    published(a_page())
    addresses = []
    for url in (url for url, app in LISTS.items() if app in apps):
        model = MODELS[url]
        row = model._default_manager.first() or baker.make(model, **NEEDED.get(model.__name__, {}))
        paths = ["", "add/", f"{row.pk}/change/", f"{row.pk}/delete/", f"{row.pk}/history/"]
        addresses += [f"{url}{path}" for path in paths]
    return addresses


@pytest.mark.parametrize(
    ("person", "other_side"), [("as_adviser", ("pages", "auth")), ("as_editor", ("leads", "auth"))]
)
def test_every_address_of_the_other_side_is_closed(
    request: pytest.FixtureRequest, person: str, other_side: tuple[str, ...]
) -> None:
    client: Client = request.getfixturevalue(person)

    answers = {url: client.get(url).status_code for url in every_address(*other_side)}

    assert answers == dict.fromkeys(answers, 403)


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_stranger_is_sent_to_the_sign_in_from_every_address(client: Client, is_signed_in: bool) -> None:
    booking = submitted()
    if is_signed_in:
        client.force_login(User.objects.create_user("outsider"))
    verbs = [
        f"/admin/leads/bookingrequest/{booking.pk}/confirm/do/",
        f"/admin/leads/bookingrequest/{booking.pk}/note/",
        f"/admin/leads/message/{booking.messages.first().pk}/again/",  # type: ignore[union-attr]
    ]

    answers = [client.get(url) for url in ["/admin/", *every_address("auth", "leads", "pages")]]
    answers += [client.post(url) for url in verbs]

    assert {answer.headers.get("Location", "")[:13] for answer in answers} == {"/admin/login/"}
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_editor_cannot_act_on_a_request(as_editor: Client) -> None:
    booking = submitted()

    answers = [
        as_editor.post(f"/admin/leads/bookingrequest/{booking.pk}/{path}", {"text": "Hello"})
        for path in ("confirm/do/", "note/", "delete/")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def waited(hours: float, **answers: Any) -> BookingRequest:
    booking = submitted(**answers)
    BookingRequest.objects.filter(pk=booking.pk).update(created_at=timezone.now() - timedelta(hours=hours))
    return booking


def test_desk_says_how_many_wait_and_since_when(as_adviser: Client, adviser: User) -> None:
    waited(3)
    waited(30).confirm(by=adviser, at=timezone.now())
    told = [as_adviser.get("/admin/").context["sentence"]]
    waited(5)
    told.append(as_adviser.get("/admin/").context["sentence"])

    assert told == [
        "One request waits. It has waited 3\N{NO-BREAK SPACE}hours.",
        "Two requests wait. The oldest has waited 5\N{NO-BREAK SPACE}hours.",
    ]


def test_desk_says_when_nothing_waits(as_adviser: Client) -> None:
    assert as_adviser.get("/admin/").context["sentence"] == "No request waits for an answer."


def test_desk_lists_the_longest_wait_first_and_marks_what_is_overdue(as_adviser: Client) -> None:
    waited(2, name="New")
    waited(25, name="Old")

    page = as_adviser.get("/admin/").content.decode()

    assert re.findall(r'/change/">(\w+)</a>', page) == ["Old", "New"]
    assert page.count(", overdue") == 1


def test_desk_lists_ten_and_says_how_many_more(as_adviser: Client) -> None:
    for _ in range(12):
        submitted()

    page = as_adviser.get("/admin/").content.decode()

    assert '?status__exact=requested">2 more</a>' in page


def test_desk_counts_waiting_recent_and_failed(as_adviser: Client, adviser: User) -> None:
    waited(24 * 8)
    waited(24 * 6).confirm(by=adviser, at=timezone.now())
    Message.objects.filter(pk=Message.objects.latest("pk").pk).update(state=Message.State.FAILED)

    figures = as_adviser.get("/admin/").context["figures"]

    assert {figure["label"]: figure["value"] for figure in figures} == {
        "Waiting for an answer": 1,
        "Calls this week": 0,
        "Open times": 0,
        "On the waiting list": 0,
        "Requests": 1,
        "Messages that failed": 1,
    }


def tomorrow(hour: int) -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def test_desk_tells_the_next_calls_by_both_clocks(as_adviser: Client, adviser: User) -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    for hour, name in [(12, "Later"), (10, "Sooner")]:
        booking = submitted(name=name, starts_at=tomorrow(hour), time_zone="Asia/Kolkata")
        booking.confirm(by=adviser, at=timezone.now())
    submitted(name="Unanswered", starts_at=tomorrow(8))

    response = as_adviser.get("/admin/")
    calls = response.context["next_calls"]
    page = response.content.decode()

    assert [call["booking"].name for call in calls] == ["Sooner", "Later"]
    assert [call["theirs"] for call in calls] == ["15:30 Kolkata", "17:30 Kolkata"]
    assert f"<b>{tomorrow(10).astimezone(amsterdam):%H:%M}</b>" in page
    assert "Your next call is on" in page


def test_desk_lists_five_calls_and_says_how_many_more(as_adviser: Client, adviser: User) -> None:
    CallRules(calls_a_day=96, calls_a_week=672).save()
    for hour in range(8, 15):
        submitted(starts_at=tomorrow(hour)).confirm(by=adviser, at=timezone.now())

    page = as_adviser.get("/admin/").content.decode()

    assert '?call=upcoming&amp;status__exact=confirmed">2 more</a>' in page


def test_desk_counts_the_open_times_that_visitors_see_and_those_in_line(as_adviser: Client) -> None:
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="10:00")
    submitted(on_waiting_list=True)

    response = as_adviser.get("/admin/")

    figures = {figure["label"]: figure["value"] for figure in response.context["figures"]}
    assert figures["Open times"] == len(open_times(timezone.now()).starts)
    assert figures["On the waiting list"] == 1


def test_desk_raises_the_alarm_for_a_stale_calendar_alone(as_adviser: Client) -> None:
    now = timezone.now()
    for name, hours in [("Fresh", 1), ("Private", 9)]:
        BusyCalendar.objects.create(
            name=name, url="https://example.com/a.ics", read_at=now - timedelta(hours=hours)
        )

    page = as_adviser.get("/admin/").content.decode()

    assert re.findall(r"The calendar “(\w+)” is out of date", page) == ["Private"]


def test_desk_tells_every_time_by_the_coachs_clock(as_adviser: Client) -> None:
    CallRules(time_zone="Asia/Tokyo").save()
    booking = submitted(at=datetime(2026, 11, 23, 20, 0, tzinfo=UTC))

    page = as_adviser.get(f"/admin/leads/bookingrequest/{booking.pk}/change/").content.decode()

    assert "24 November 2026, 05:00 JST" in page


def test_desk_shows_an_editor_the_pages_and_drafts_first(as_editor: Client) -> None:
    submitted(name="Secret")
    published(a_page("live", title="Live"))
    a_page("draft", title="Draft")

    response = as_editor.get("/admin/")

    assert [page.title for page in response.context["pages"]] == ["Draft", "Live"]
    assert "Secret" not in response.content.decode()
    assert "sentence" not in response.context


def test_adviser_is_not_shown_the_pages(as_adviser: Client) -> None:
    LandingPage.objects.create(slug="draft", title="A hidden draft")

    assert "A hidden draft" not in as_adviser.get("/admin/").content.decode()


def test_a_busier_desk_takes_no_more_queries(as_owner: Client, owner: User) -> None:
    CallRules(calls_a_day=96, calls_a_week=672).save()
    submitted()
    LandingPage.objects.create(slug="first", title="First")
    quiet = queries_of(as_owner, "/admin/")
    for number in range(20):
        submitted()
        call = submitted(starts_at=tomorrow(0) + timedelta(hours=number))
        call.confirm(by=owner, at=timezone.now())
        LandingPage.objects.create(slug=f"page-{number}", title="Page")

    assert queries_of(as_owner, "/admin/") == quiet


FORMS = [f"/admin/leads/{name}/add/" for name in ("weeklyhours", "closure", "callrules", "busycalendar")]


@pytest.mark.parametrize("url", ["/admin/", "/admin/password_change/", "/admin/leads/", *LISTS, *FORMS])
def test_no_page_of_the_desk_carries_a_style_or_a_script_of_its_own(as_owner: Client, url: str) -> None:
    page = as_owner.get(url, follow=True).content.decode()

    assert re.findall(r"<style|\sstyle=|<script>|\son\w+=", page) == []
    assert "css/staff.css" in page
