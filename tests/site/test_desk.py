"""What the first page of the staff desk shows, and to whom."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from leads.models import BookingPage, BusyCalendar, CallRules, Message, WeeklyHours, WorkerSign
from pages.models import LandingPage
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db


def tomorrow(hour: int) -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(hour=hour, minute=0, second=0, microsecond=0)


def headings(client: Client) -> list[str]:
    return re.findall(r'<h2 id="[^"]+">([^<]+)</h2>', client.get("/admin/").content.decode())


OF_REQUESTS = [
    "Waiting for an answer",
    "Next calls",
    "Pipeline",
    "Requests a day",
    "Where they came from",
    "From visit to client",
    "Open times left",
]


def test_owner_is_told_what_needs_doing_before_what_became_of_it(as_owner: Client) -> None:
    a_page()

    assert headings(as_owner) == ["First steps", "Needs attention", *OF_REQUESTS, "Pages", "All lists"]


def test_adviser_is_shown_the_requests_alone(as_adviser: Client) -> None:
    LandingPage.objects.create(slug="draft", title="A hidden draft")

    assert headings(as_adviser) == ["Needs attention", *OF_REQUESTS, "All lists"]
    assert "A hidden draft" not in as_adviser.get("/admin/").content.decode()


def test_editor_is_shown_the_pages_alone_and_drafts_first(as_editor: Client) -> None:
    submitted(name="Secret")
    published(a_page("live", title="Live"))
    a_page("draft", title="Draft")

    response = as_editor.get("/admin/")

    assert headings(as_editor) == ["Needs attention", "Pages", "All lists"]
    assert [page.title for page in response.context["pages"]] == ["Draft", "Live"]
    assert "Secret" not in response.content.decode()


@pytest.fixture
def nothing_wrong(db: None) -> None:
    WorkerSign.give(at=timezone.now())
    CallRules(calls_a_day=96, calls_a_week=672).save()
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="17:00")


@pytest.mark.usefixtures("nothing_wrong")
def test_desk_says_what_it_looked_at_when_nothing_is_wrong(as_adviser: Client) -> None:
    page = as_adviser.get("/admin/").content.decode()

    assert re.findall(r"Nothing\. Looked at: [^<]+", page) == [
        "Nothing. Looked at: the worker, messages, the mail server, webhooks, "
        "calendars, open times, suspected spam, next actions, past calls."
    ]


@pytest.mark.usefixtures("nothing_wrong")
def test_desk_names_what_is_wrong_and_leads_to_it(as_adviser: Client) -> None:
    read_at = timezone.now() - timedelta(hours=9)
    stale = BusyCalendar.objects.create(name="Private", url="https://example.com/a.ics", read_at=read_at)

    page = as_adviser.get("/admin/").content.decode()

    assert re.findall(r'severity-broken">(\w+)</b>\s*<span>\s*<a href="([^"]+)">', page) == [
        ("Broken", f"/admin/leads/busycalendar/{stale.pk}/change/")
    ]


@pytest.mark.usefixtures("nothing_wrong")
def test_every_link_of_the_desk_leads_somewhere(as_owner: Client, owner: User) -> None:
    for hour in range(8, 15):
        submitted()
        submitted(starts_at=tomorrow(hour)).confirm(by=owner, at=timezone.now())
    Message.objects.update(state=Message.State.FAILED)
    page = as_owner.get("/admin/").content.decode()
    links = {link for link in re.findall(r'href="(/admin/[^"]+)"', page) if "password" not in link}

    answers = {link: as_owner.get(link.replace("&amp;", "&"), follow=True) for link in links}

    assert len(answers) > 20
    # Django sends whoever asks for an unknown filter to the whole list, with this mark.
    lost = [link for link, answer in answers.items() if "e=1" in answer.request["QUERY_STRING"]]
    assert lost == []
    assert {answer.status_code for answer in answers.values()} == {200}


def test_empty_desk_says_what_will_stand_there(as_adviser: Client) -> None:
    page = as_adviser.get("/admin/").content.decode()

    assert "Nobody. A new request shows here at once." in page
    assert "A call stands here once its request is confirmed." in page


OWN: dict[str, Any] = {
    "SITE_URL": "https://coach.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "STAFF_EMAIL": "zen@coach.example",
}


def first_steps(client: Client) -> list[str]:
    return [step.sentence for step in client.get("/admin/").context["first_steps"]]


def test_new_owner_is_led_through_the_first_steps(as_owner: Client, settings: Settings) -> None:
    settings.SITE_URL, settings.STAFF_EMAIL = "http://127.0.0.1:8000", "site@localhost"
    settings.EMAIL_BACKEND = "coaching_site.mail.FileBackend"

    assert first_steps(as_owner) == [
        "Say in which hours of the week calls are possible.",
        "Say how to join the call. Until then no prospect is told, not even when you confirm.",
        "Set SITE_URL to the public address. Links in mails lead to http://127.0.0.1:8000.",
        "Set EMAIL_URL to a mail server. Until then mails stay on this machine.",
        "Set STAFF_EMAIL to the address that is told of new requests.",
    ]


@pytest.mark.usefixtures("nothing_wrong")
def test_first_steps_vanish_once_they_are_done(as_owner: Client, settings: Settings) -> None:
    BookingPage(how_to_join="https://meet.coach.example/zen").save()
    for name, value in OWN.items():
        setattr(settings, name, value)

    assert first_steps(as_owner) == []
    assert "First steps" not in headings(as_owner)


def test_first_steps_are_for_the_owner(as_adviser: Client, as_editor: Client) -> None:
    assert [first_steps(client) for client in (as_adviser, as_editor)] == [[], []]


def test_a_busier_desk_takes_no_more_queries(as_owner: Client, owner: User) -> None:
    CallRules(calls_a_day=96, calls_a_week=672).save()
    submitted()
    LandingPage.objects.create(slug="first", title="First")
    quiet = queries_of(as_owner, "/admin/")
    for number in range(20):
        submitted(source_name=f"source-{number}")
        call = submitted(starts_at=tomorrow(0) + timedelta(hours=number))
        call.confirm(by=owner, at=timezone.now())
        LandingPage.objects.create(slug=f"page-{number}", title="Page")

    assert queries_of(as_owner, "/admin/") == quiet


def test_lists_stand_under_headings_in_plain_words(as_owner: Client) -> None:
    apps = as_owner.get("/admin/").context["app_list"]

    assert [app["name"] for app in apps] == [
        "Who wants a call",
        "What the site says",
        "Who may sign in",
        "Who did what",
    ]
