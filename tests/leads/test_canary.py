"""The canary: it finds what keeps visitors from booking, and nobody ever meets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.core.signing import TimestampSigner
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from pytest_django.live_server_helper import LiveServer

from leads import alarms
from leads.alarms import Alarm, Severity, canary_says
from leads.canary.browser import Answer, Failed, OwnSite, own_path
from leads.canary.flight import fly, fly_when_due
from leads.canary.mark import GOOD_FOR, HEADER, new_mark
from leads.canary.page import first_form
from leads.counting.counters import Counters
from leads.glance import Glance
from leads.models import (
    BookingEvent,
    BookingRequest,
    CallRules,
    Canary,
    HeldTime,
    Message,
)
from leads.outbox import deliver_due
from leads.reply_promise import waits
from tests.leads.factories import submitted
from tests.leads.webhooks import an_endpoint

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NBSP = "\N{NO-BREAK SPACE}"


class Site:
    """A browser for Django's own handlers. `broken` may change what comes back from a path."""

    def __init__(self, broken: Callable[[str, str, Answer], Answer] = lambda method, path, answer: answer):
        self.client = Client(
            enforce_csrf_checks=True,
            headers={
                "Sec-Fetch-Site": "same-origin",
                "Host": "127.0.0.1",
                "User-Agent": "coaching-site-canary (monitor)",
            },
        )
        self.broken = broken
        self.meanwhile: list[Any] = []
        """What was seen while the canary's request was there."""

    def get(self, path: str) -> Answer:
        return self.broken("GET", path, self._answer(self.client.get(path)))

    def post(self, path: str, fields: list[tuple[str, str]], headers: Mapping[str, str]) -> Answer:
        answer = self._answer(self.client.post(path, dict(fields), headers=dict(headers)))
        self.look()
        return self.broken("POST", path, answer)

    def look(self) -> None:
        """Nothing, unless a test wants to see something."""

    def _answer(self, response: Any) -> Answer:
        return Answer(response.status_code, response.content.decode(), response.headers.get("Location", ""))


def instead(method: str, path: str, answer: Answer) -> Site:
    """A site that gives this answer in place of its own."""
    return Site(lambda *asked: answer if asked[:2] == (method, path) else asked[2])


def rows() -> dict[str, int]:
    return {
        "requests": BookingRequest.everything.count(),
        "events": BookingEvent.objects.count(),
        "messages": Message.objects.count(),
        "times": HeldTime.objects.count(),
    }


@pytest.fixture(autouse=True)
def flies(settings: Settings) -> None:
    settings.CANARY_MINUTES = 60
    settings.SITE_URL = "http://127.0.0.1"


@pytest.fixture
def left_behind(open_hours: CallRules) -> BookingRequest:
    """As by a flight that was broken off after its request was stored."""
    return submitted(is_canary=True, name="Canary", starts_at=NOW + 72 * HOUR)


# --- A flight


def test_canary_books_a_call_and_leaves_nothing(open_hours: CallRules) -> None:
    assert fly(NOW, browser=Site()) == ""

    assert rows() == {"requests": 0, "events": 0, "messages": 0, "times": 0}
    canary = Canary.objects.get()
    assert (canary.passed_at is not None, canary.failures, canary.failed_at) == (True, 0, None)


def test_canary_joins_the_waiting_list_when_no_time_is_open(db: None) -> None:
    assert fly(NOW, browser=Site()) == ""


def test_canary_is_there_for_its_own_page_and_for_nobody_else(
    open_hours: CallRules, as_owner: Client, counters: Counters
) -> None:
    an_endpoint()
    site = Site()

    def look() -> None:
        site.meanwhile = [
            rows(),
            BookingRequest.objects.count(),
            [message.state for message in Message.objects.all()],
            deliver_due(timezone.now() + HOUR),
            waits(timezone.now() + HOUR),
            "Canary" in as_owner.get("/admin/leads/bookingrequest/").content.decode(),
            "canary@visit" in as_owner.get("/admin/leads/message/").content.decode(),
        ]

    site.look = look  # type: ignore[method-assign]

    assert fly(NOW, browser=site) == ""
    counters.tally.write()
    assert site.meanwhile == [
        {"requests": 1, "events": 1, "messages": 2, "times": 0},
        0,
        ["withdrawn", "withdrawn"],
        0,
        [],
        False,
        False,
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_dailycount")
        assert cursor.fetchone() == (0,)


def test_canary_leaves_its_time_to_everybody(open_hours: CallRules, left_behind: BookingRequest) -> None:
    theirs = submitted(starts_at=left_behind.starts_at)

    assert list(HeldTime.objects.values_list("booking", flat=True).distinct()) == [theirs.pk]


def test_what_a_broken_flight_left_is_taken_away_by_the_next(left_behind: BookingRequest) -> None:
    assert rows()["requests"] == 1

    assert fly(NOW, browser=Site()) == ""
    assert rows() == {"requests": 0, "events": 0, "messages": 0, "times": 0}


@pytest.mark.parametrize(
    ("site", "problem"),
    [
        (
            lambda: instead("GET", "/book/", Answer(503)),
            "The booking page answered with status 503.",
        ),
        (
            lambda: instead("GET", "/book/", Answer(200, "<h1>Soon back</h1>")),
            "The booking page has no form.",
        ),
        (
            lambda: instead("GET", "/book/", Answer(200, '<form method="post" action="/book/"></form>')),
            "The booking form does not ask for “name”.",
        ),
        (
            lambda: instead("POST", "/book/", Answer(403)),
            "The booking form was filled in and sent, and answered with status 403.",
        ),
        (
            lambda: instead("POST", "/book/", Answer(303, location="https://elsewhere.example/")),
            "The booking form leads to another address than SITE_URL.",
        ),
        (
            lambda: instead("POST", "/book/", Answer(303, location="/book/")),
            "The new request is not in the database.",
        ),
    ],
)
def test_what_keeps_visitors_from_booking_is_said_in_a_sentence(
    open_hours: CallRules, site: Callable[[], Site], problem: str
) -> None:
    assert fly(NOW, browser=site()) == problem
    assert rows() == {"requests": 0, "events": 0, "messages": 0, "times": 0}


def test_form_that_was_cached_with_an_old_wording_is_found(open_hours: CallRules) -> None:
    page = Site().get("/book/")
    old = page.text.replace('name="wording" value="', 'name="wording" value="0')

    assert fly(NOW, browser=instead("GET", "/book/", Answer(200, old))) == (
        "The booking form was filled in and sent, and answered with status 422."
    )


def test_outbox_that_does_not_queue_is_found(open_hours: CallRules) -> None:
    site = Site()
    site.look = Message.objects.filter(kind="staff_notice").delete  # type: ignore[assignment]

    assert fly(NOW, browser=site) == "No mail was queued for the new request: Notice to staff."


def test_answers_that_were_stored_otherwise_are_found(open_hours: CallRules) -> None:
    site = Site()
    site.look = partial(BookingRequest.everything.update, role="")  # type: ignore[assignment]

    assert fly(NOW, browser=site) == "The new request was stored with another “role” than was sent."


def test_own_page_that_does_not_open_is_found(open_hours: CallRules) -> None:
    site = Site(lambda method, path, answer: Answer(500) if path.startswith("/calls/") else answer)

    assert fly(NOW, browser=site) == "The page of the new request answered with status 500."


# --- The mark


def test_mark_is_good_once(visitor: Client) -> None:
    Canary.made(due_at=NOW)
    mark = {HEADER: new_mark()}
    sent = first_form(visitor.get("/book/").content.decode()).filled_in({"name": "A", "email": "a@b.example"})
    sent |= {"role": "Engineer", "goals": "Grow"}

    statuses = [visitor.post("/book/", sent | {"name": name}, headers=mark).status_code for name in "AB"]

    assert statuses == [303, 403]
    assert BookingRequest.everything.canaries().count() == BookingRequest.everything.count() == 1


@pytest.mark.parametrize(
    "mark",
    ["", "canary", TimestampSigner(key="another key", salt="leads.canary.mark").sign("nonce")],
    ids=["empty", "unsigned", "of another key"],
)
def test_invented_mark_is_refused_and_books_nothing(visitor: Client, mark: str) -> None:
    Canary(due_at=NOW, expected="nonce").save()
    sent = first_form(visitor.get("/book/").content.decode()).filled_in({})
    sent |= {"name": "A", "email": "a@b.example", "role": "Engineer", "goals": "Grow"}

    assert visitor.post("/book/", sent, headers={HEADER: mark}).status_code == 403
    assert BookingRequest.everything.count() == 0


def test_mark_that_comes_late_is_refused_rather_than_booked_as_a_person(visitor: Client) -> None:
    Canary.made(due_at=NOW)
    mark = new_mark()
    sent = first_form(visitor.get("/book/").content.decode()).filled_in({})
    sent |= {"name": "A", "email": "a@b.example", "role": "Engineer", "goals": "Grow"}

    with time_machine.travel(timezone.now() + GOOD_FOR + timedelta(seconds=2)):
        assert visitor.post("/book/", sent, headers={HEADER: mark}).status_code == 403
    assert BookingRequest.everything.count() == 0


# --- Who hears of it


def mails() -> list[str]:
    return [message.subject for message in Message.objects.order_by("pk")]


def test_staff_hear_once_that_it_fails_and_once_that_it_is_over(open_hours: CallRules) -> None:
    broken = instead("GET", "/book/", Answer(502))

    told = []
    for site in [broken, broken, broken, broken, Site(), Site()]:
        fly(NOW, browser=site)
        told.append(mails())

    fails, passes = "Nobody can book a call at the moment", "Calls can be booked again"
    assert told == [[], [fails], [fails], [fails], [fails, passes], [fails, passes]]
    assert "The booking page answered with status 502." in Message.objects.earliest("pk").text


def test_desk_says_that_it_fails(open_hours: CallRules) -> None:
    broken = instead("GET", "/book/", Answer(502))
    fly(NOW, browser=broken)
    after_one = list(alarms.failing_canary(Glance(NOW)))
    fly(NOW, browser=broken)

    assert after_one == []
    assert list(alarms.failing_canary(Glance(NOW))) == [
        Alarm(
            Severity.BROKEN,
            "Nobody can book a call. The booking page answered with status 502.",
            "/book/",
        )
    ]


def test_desk_looks_at_the_booking_form_where_the_canary_flies(as_owner: Client, settings: Settings) -> None:
    Canary(due_at=timezone.now(), failures=2, problem="The booking page has no form.").save()
    failing = "Nobody can book a call. The booking page has no form."
    pages = []
    for minutes in [60, 0]:
        settings.CANARY_MINUTES = minutes
        pages.append(as_owner.get("/admin/"))

    assert [failing in page.content.decode() for page in pages] == [True, False]
    looked_at = [{"the booking form", "the canary"} & {*page.context["findings"].checked} for page in pages]
    assert looked_at == [{"the booking form", "the canary"}, set()]


def test_desk_says_that_nobody_has_looked(open_hours: CallRules) -> None:
    Canary(due_at=NOW - 3 * HOUR).save()
    in_time = list(alarms.late_canary(Glance(NOW)))
    Canary(due_at=NOW - 5 * HOUR).save()

    assert in_time == []
    assert list(alarms.late_canary(Glance(NOW))) == [
        Alarm(
            Severity.LATE,
            f"For 5{NBSP}hours nobody has looked whether a call can be booked: see to the worker.",
        )
    ]


@pytest.mark.parametrize(
    ("canary", "says"),
    [
        (Canary(), ""),
        (Canary(failed_at=NOW, failures=3), "A call has never been booked by the canary."),
        (
            Canary(passed_at=NOW - timedelta(minutes=20)),
            f"The canary last booked a call 20{NBSP}minutes ago.",
        ),
        (
            Canary(passed_at=NOW - 2 * HOUR, failed_at=NOW, failures=1),
            f"The canary last booked a call 2{NBSP}hours ago, and could not since then.",
        ),
    ],
)
def test_desk_shows_the_last_flight(as_owner: Client, canary: Canary, says: str) -> None:
    canary.due_at = NOW
    canary.save()

    assert canary_says(Glance(NOW)) == says


def test_first_page_of_the_desk_shows_it(as_owner: Client) -> None:
    Canary(due_at=NOW, passed_at=timezone.now()).save()

    assert "The canary last booked a call less than a minute ago." in as_owner.get("/admin/").content.decode()


def test_desk_says_nothing_where_it_does_not_fly(settings: Settings) -> None:
    Canary(due_at=NOW - 99 * HOUR, failures=9, failed_at=NOW).save()
    settings.CANARY_MINUTES = 0
    glance = Glance(NOW)

    assert [*alarms.failing_canary(glance), *alarms.late_canary(glance), canary_says(glance)] == [""]


# --- When it flies


def test_one_of_several_workers_flies_when_it_is_due() -> None:
    Canary(due_at=NOW).save()

    assert [Canary.claim(at=NOW - HOUR), Canary.claim(at=NOW), Canary.claim(at=NOW)] == [False, True, False]


def test_first_flight_waits_until_the_web_has_started() -> None:
    assert Canary.claim(at=NOW) is False
    assert Canary.objects.get().due_at == NOW + Canary.FIRST_AFTER


def test_next_flight_is_soon_after_a_failure_and_else_in_its_interval() -> None:
    Canary(due_at=NOW).save()
    due = []
    for problem in ["The page is gone.", ""]:
        Canary.note(problem, at=NOW, every=HOUR)
        due.append(Canary.objects.get().due_at - NOW)

    assert due == [Canary.AGAIN_AFTER, HOUR]


def test_it_never_flies_where_it_is_switched_off(settings: Settings) -> None:
    settings.CANARY_MINUTES = 0
    Canary(due_at=NOW - HOUR).save()

    fly_when_due(NOW)

    assert Canary.objects.get().due_at == NOW - HOUR


def test_there_is_one_row() -> None:
    with pytest.raises(IntegrityError, match="leads_canary_has_one_row"):
        Canary.objects.bulk_create([Canary(pk=2, due_at=NOW)])


def test_visitor_without_a_mark_costs_no_query(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.test import RequestFactory

    from leads.canary.mark import is_canary

    with django_assert_num_queries(0):
        assert is_canary(RequestFactory().post("/book/")) is False


# --- The browser, and how it reads a page


def test_form_is_read_as_a_browser_does() -> None:
    form = first_form(
        """
        <form action="/search/"><input name="q"></form>
        <form method="post" action="/book/">
            <input type="hidden" name="key" value="k&amp;1"><input name="fold"><input name="name">
            <select name="zone"><option value="a">A<option value="b" selected>B</select>
            <input type="radio" name="when" value="1" disabled><input type="radio" name="when" value="2">
            <input type="radio" name="when" value="3"><textarea name="goals">
            </textarea><input type="checkbox" name="consent" required><input type="checkbox" name="mails">
            <button name="other" value="1">Other</button>
        </form>
        <form method="post"><input name="late"></form>
        """
    )

    assert (form.action, form.filled_in({"name": "Canary"})) == (
        "/book/",
        {
            "key": "k&1",
            "fold": "",
            "name": "Canary",
            "zone": "b",
            "when": "2",
            "goals": "",
            "consent": "on",
        },
    )


@pytest.mark.parametrize(
    "url", ["//elsewhere.example/", "http://127.0.0.1:81/", "https://127.0.0.1/", "file:///x"]
)
def test_canary_asks_no_other_address(url: str) -> None:
    with pytest.raises(Failed, match="another address than SITE_URL"):
        own_path(url, seen_on="/book/", site_url="http://127.0.0.1")


def test_site_that_is_away_is_a_sentence() -> None:
    with pytest.raises(Failed, match=r"^The site does not answer: connection refused\.$"):
        OwnSite("http://127.0.0.1:9").get("/book/")


@pytest.mark.django_db(transaction=True)
def test_canary_flies_over_http(
    live_server: LiveServer,
    open_hours: CallRules,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.SITE_URL = live_server.url

    call_command("canary")

    assert capsys.readouterr().out == f"A call can be booked at {live_server.url}.\n"
    assert rows() == {"requests": 0, "events": 0, "messages": 0, "times": 0}


def test_command_says_what_is_wrong(settings: Settings) -> None:
    settings.SITE_URL = "http://127.0.0.1:9"

    with pytest.raises(CommandError, match=r"^The site does not answer: connection refused\.$"):
        call_command("canary")
