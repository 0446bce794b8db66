"""What staff do about the time of a call: move it, print a brief for it, and record what came of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import Settings

from leads import waiting_list
from leads.models import BookingEvent, BookingRequest, CallRules, Message, Outcome
from leads.open_times import open_times
from pages.models import Question
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, seven o'clock in Amsterdam
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # 10:30 in Amsterdam
WEDNESDAY = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday(settings: Settings) -> Iterator[None]:
    """Staff who sign in now are still signed in after the call on Tuesday."""
    settings.SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call(open_hours: CallRules, adviser: User) -> BookingRequest:
    """A confirmed call on Tuesday, with a prospect in New York."""
    booking = submitted(starts_at=TUESDAY, time_zone="America/New_York")
    booking.confirm(by=adviser, at=NOW)
    return booking


@pytest.fixture
def over(call: BookingRequest) -> Iterator[BookingRequest]:
    """The same call, an hour after its end."""
    with time_machine.travel(TUESDAY + timedelta(minutes=90), tick=False):
        yield call


@pytest.fixture
def looker(db: None) -> Client:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_bookingrequest"))
    client = Client()
    client.force_login(user)
    return client


def url_of(booking: BookingRequest, rest: str) -> str:
    return f"/admin/leads/bookingrequest/{booking.pk}/{rest}"


def page_of(client: Client, booking: BookingRequest, rest: str) -> str:
    return html.unescape(client.get(url_of(booking, rest)).content.decode())


def told(response: object) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


# --- Another time


def test_page_tells_the_time_by_both_clocks(as_adviser: Client, call: BookingRequest) -> None:
    page = page_of(as_adviser, call, "change/")

    assert "Tuesday 24 November 2026, 10:30, Amsterdam (UTC+1)" in page
    assert "For the prospect: Tuesday 24 November 2026, 04:30, New York (UTC−5)" in page


def test_form_offers_the_open_times_and_leaves_the_call_alone(
    as_adviser: Client, call: BookingRequest
) -> None:
    page = page_of(as_adviser, call, "move/")

    offered = re.findall(r'name="starts_at"\s+value="([^"]+)"', page)
    assert len(offered) == len(open_times(NOW, moving=call).starts) + 1
    assert offered[-1] == "other"
    call.refresh_from_db()
    assert (call.starts_at, call.sequence) == (TUESDAY, 0)


def test_call_is_moved_to_an_open_time(as_adviser: Client, adviser: User, call: BookingRequest) -> None:
    starts_at = open_times(NOW).starts[-1]
    data = {"seen": "0", "starts_at": f"{starts_at:%Y-%m-%dT%H:%MZ}"}

    response = as_adviser.post(url_of(call, "move/"), data)

    call.refresh_from_db()
    assert (response.status_code, call.starts_at) == (302, starts_at)
    assert call.events.filter(kind=BookingEvent.Kind.MOVED, by=adviser).count() == 1
    assert Message.objects.filter(booking=call, kind=Message.Kind.MOVED).count() == 1


def test_call_is_moved_to_any_other_time_by_the_coachs_clock(
    as_adviser: Client, call: BookingRequest
) -> None:
    data = {"seen": "0", "starts_at": "other", "day": "2026-11-28", "clock": "20:05"}

    response = as_adviser.post(url_of(call, "move/"), data)

    call.refresh_from_db()
    assert call.starts_at == datetime(2026, 11, 28, 19, 5, tzinfo=UTC)
    assert told(response) == [
        "Moved to Sat 28 Nov 2026, 20:05 (Europe/Amsterdam). The new time is on its way to the prospect."
    ]


def test_request_without_a_time_is_given_one(as_adviser: Client, open_hours: CallRules) -> None:
    booking = submitted()

    page = page_of(as_adviser, booking, "change/")
    as_adviser.post(url_of(booking, "move/"), {"seen": "0", "day": "2026-11-25", "clock": "10:30"})

    booking.refresh_from_db()
    assert "Give it a time" in page
    assert (booking.starts_at, booking.status) == (WEDNESDAY, "requested")


def test_history_shows_from_where_to_where_a_call_was_moved(
    as_adviser: Client, adviser: User, call: BookingRequest
) -> None:
    call.move(WEDNESDAY, by=adviser, at=NOW)

    moved = "Tue 24 Nov 2026, 10:30 (Europe/Amsterdam) → Wed 25 Nov 2026, 10:30 (Europe/Amsterdam)"
    assert moved in page_of(as_adviser, call, "change/")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Select an open time, or enter a day and a time."),
        ({"day": "2026-11-25"}, "Select an open time, or enter a day and a time."),
        ({"day": "2026-11-25", "clock": "10:32"}, "Enter a time on a multiple of 5 minutes."),
        ({"day": "2026-11-22", "clock": "10:30"}, "That time has passed. Choose one that is ahead."),
        ({"day": "2026-11-24", "clock": "10:30"}, "The call is at that time already."),
        ({"day": "2027-03-28", "clock": "02:30"}, "The clocks go forward that day, and skip this time."),
        ({"day": "9999-12-31", "clock": "23:30"}, "Enter a day of this century."),
        ({"starts_at": "tomorrow"}, "Select an open time, or enter a day and a time."),
    ],
)
def test_impossible_time_is_refused_in_a_sentence_and_stays_typed(
    as_adviser: Client, call: BookingRequest, typed: dict[str, str], sentence: str
) -> None:
    response = as_adviser.post(url_of(call, "move/"), {"seen": "0", **typed})

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert [f'value="{value}"' in page for name, value in typed.items() if name != "starts_at"] == [
        True for name in typed if name != "starts_at"
    ]


def test_time_that_another_call_holds_is_refused_and_stays_typed(
    as_adviser: Client, call: BookingRequest
) -> None:
    submitted(starts_at=WEDNESDAY)
    data = {"seen": "0", "starts_at": "other", "day": "2026-11-25", "clock": "10:45"}

    response = as_adviser.post(url_of(call, "move/"), data)

    page = response.content.decode()
    assert response.status_code == 409
    assert "That time overlaps another call. Nothing was changed." in page
    assert re.findall(r'value="(2026-11-25|10:45)"', page) == ["2026-11-25", "10:45"]
    call.refresh_from_db()
    assert call.starts_at == TUESDAY


def test_second_of_two_who_move_a_call_learns_where_it_is_now(
    as_adviser: Client, owner: User, call: BookingRequest
) -> None:
    seen = re.findall(r'name="seen" value="(\d+)"', page_of(as_adviser, call, "move/"))
    call.move(WEDNESDAY, by=owner, at=NOW)
    data = {"seen": seen[0], "starts_at": "other", "day": "2026-11-26", "clock": "09:00"}

    first = as_adviser.post(url_of(call, "move/"), data)
    page = first.content.decode()
    again = as_adviser.post(
        url_of(call, "move/"), data | {"seen": re.findall(r'name="seen" value="(\d+)"', page)[0]}
    )

    assert first.status_code == 409
    assert "This call was moved in the meantime, to Wed 25 Nov 2026, 10:30 (Europe/Amsterdam)." in page
    assert 'value="2026-11-26"' in page
    assert again.status_code == 302
    call.refresh_from_db()
    assert call.starts_at == datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


def test_move_of_a_call_that_was_cancelled_meanwhile_changes_nothing(
    as_adviser: Client, call: BookingRequest
) -> None:
    call.cancel(by=None, at=NOW)

    response = as_adviser.post(url_of(call, "move/"), {"seen": "0", "day": "2026-11-25", "clock": "10:30"})

    assert told(response) == ["This request is cancelled already. Nothing was changed."]
    call.refresh_from_db()
    assert (call.status, call.starts_at) == ("cancelled", TUESDAY)


def test_button_shown_for_another_time_does_nothing(as_adviser: Client, adviser: User) -> None:
    booking = submitted(starts_at=TUESDAY)
    seen = re.findall(r'name="seen" value="(\d+)"', page_of(as_adviser, booking, "change/"))[0]
    booking.move(WEDNESDAY, by=adviser, at=NOW)

    response = as_adviser.post(url_of(booking, "confirm/do/"), {"seen": seen})

    assert told(response) == [
        "This call was moved in the meantime, to Wed 25 Nov 2026, 10:30 (Europe/Amsterdam). "
        "Nothing was changed."
    ]
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_prospect_who_was_promised_another_hour_is_pointed_out(
    as_adviser: Client, call: BookingRequest
) -> None:
    BookingRequest.objects.filter(pk=call.pk).update(promised_clock="2026-11-24T05:30")

    assert "the prospect was promised 05:30 by their clock" in " ".join(
        page_of(as_adviser, call, "change/").split()
    )


# --- The waiting list


def test_page_tells_the_place_on_the_waiting_list_and_then_the_offer(
    as_adviser: Client, open_hours: CallRules
) -> None:
    CallRules(calls_a_week=1, calls_a_day=1, horizon_days=1).save()
    first, second = (submitted(on_waiting_list=True) for _ in range(2))

    places = [page_of(as_adviser, booking, "change/") for booking in (first, second)]
    waiting_list.offer_time(first, WEDNESDAY, at=NOW)
    offered = " ".join(page_of(as_adviser, first, "change/").split())

    assert "Number 1 of 2 on the waiting list" in places[0]
    assert "Number 2 of 2 on the waiting list" in places[1]
    assert (
        "Wednesday 25 November 2026, 10:30 CET is kept for the prospect until Monday 23 November, 11:00 CET."
        in offered
    )
    assert "Was offered a freed time" in offered
    assert "Number 1 of 1 on the waiting list" in page_of(as_adviser, second, "change/")


# --- What came of it


def test_link_of_the_mail_only_shows_and_its_button_records(as_adviser: Client, over: BookingRequest) -> None:
    page = page_of(as_adviser, over, "outcome/?choice=signed")
    over.refresh_from_db()
    before = over.status

    response = as_adviser.post(url_of(over, "outcome/"), {"choice": "signed"})

    over.refresh_from_db()
    assert re.findall(r'value="(\w+)"\s+class="verb verb-confirm">([^<]+)<', page) == [
        ("signed", "Record: Signed")
    ]
    assert (before, over.status, over.outcome) == ("confirmed", "attended", "signed")
    assert told(response) == ["Recorded: signed. No mail is sent."]
    kinds = over.events.values_list("kind", flat=True)
    assert [*kinds][-2:] == ["attended", "outcome"]


def test_prospect_who_did_not_come_is_a_no_show(as_adviser: Client, over: BookingRequest) -> None:
    as_adviser.post(url_of(over, "outcome/"), {"choice": "no_show"})

    over.refresh_from_db()
    assert (over.status, over.outcome) == ("no_show", "")


def test_outcome_can_be_changed_and_repeating_it_changes_nothing(
    as_adviser: Client, over: BookingRequest
) -> None:
    for choice in ["no_show", "offer_made", "signed", "signed"]:
        as_adviser.post(url_of(over, "outcome/"), {"choice": choice})

    over.refresh_from_db()
    assert (over.status, over.outcome) == ("attended", "signed")
    outcomes = over.events.filter(kind=BookingEvent.Kind.OUTCOME).values_list("text", flat=True)
    assert [*outcomes] == ["Offer made", "Offer made → Signed"]


def test_nothing_is_recorded_of_a_call_before_its_end(as_adviser: Client, call: BookingRequest) -> None:
    page = page_of(as_adviser, call, "outcome/?choice=signed")
    as_adviser.post(url_of(call, "outcome/"), {"choice": "signed"})

    assert "The call is not over yet" in page
    assert 'name="choice"' not in page
    call.refresh_from_db()
    assert (call.status, call.outcome) == ("confirmed", "")


def test_nothing_is_recorded_of_a_call_that_never_was(as_adviser: Client, call: BookingRequest) -> None:
    call.cancel(by=None, at=NOW)

    assert "This request is cancelled, so there was no call" in page_of(as_adviser, call, "outcome/")


def test_unknown_outcome_records_nothing(as_adviser: Client, over: BookingRequest) -> None:
    response = as_adviser.post(url_of(over, "outcome/"), {"choice": "<b>rich</b>"})

    assert response.status_code == 200
    over.refresh_from_db()
    assert (over.status, over.outcome) == ("confirmed", "")


def test_second_of_two_who_record_has_the_last_word(
    as_adviser: Client, owner: User, over: BookingRequest
) -> None:
    now = TUESDAY + timedelta(minutes=90)
    over.mark_attended(by=owner, at=now)
    over.record_outcome(Outcome.LATER, by=owner, at=now)

    page = page_of(as_adviser, over, "outcome/?choice=signed")
    as_adviser.post(url_of(over, "outcome/"), {"choice": "signed"})

    assert "Recorded so far: <b>Later</b>" in page
    over.refresh_from_db()
    assert over.outcome == "signed"


@pytest.mark.parametrize("rest", ["move/", "outcome/"])
def test_changing_needs_the_permission_to_change(
    client: Client, looker: Client, as_editor: Client, over: BookingRequest, rest: str
) -> None:
    url = url_of(over, rest)

    assert [looker.get(url).status_code, looker.post(url, {"choice": "signed"}).status_code] == [403, 403]
    assert [as_editor.get(url).status_code, as_editor.post(url).status_code] == [403, 403]
    assert client.get(f"{url}?choice=signed").headers["Location"].startswith("/admin/login/?next=/admin/")


# --- The brief


def test_brief_tells_all_that_is_good_to_know(
    as_adviser: Client, adviser: User, call: BookingRequest
) -> None:
    Question.objects.create(question="How much is it?", answer="It depends.", anchor="price", position=1)
    BookingRequest.objects.filter(pk=call.pk).update(source_cta="price")
    call.add_note("Knows Grace.", by=adviser, at=NOW)

    page = page_of(as_adviser, call, "brief/")

    for text in [
        "Tuesday 24 November 2026, 10:30, Amsterdam (UTC+1)",
        "For the prospect: Tuesday 24 November 2026, 04:30, New York (UTC−5)",
        "Choose between the staff track and architecture.",
        "How much is it?",
        "newsletter",
        "Knows Grace.",
        "None from this address.",
    ]:
        assert text in page
    assert url_of(call, "brief/") in page_of(as_adviser, call, "change/")


def test_brief_tells_of_earlier_contacts_with_their_notes(as_adviser: Client, adviser: User) -> None:
    earlier = submitted(goals="A first plan")
    earlier.add_note("Wanted to think.", by=adviser, at=NOW)
    earlier.decline(by=adviser, at=NOW)

    page = page_of(as_adviser, submitted(), "brief/")

    for text in ["23 November 2026", "Declined", "A first plan", "Wanted to think."]:
        assert text in page


def test_brief_may_be_read_by_whoever_may_see_the_request(
    looker: Client, as_editor: Client, call: BookingRequest
) -> None:
    answers = [client.get(url_of(call, "brief/")).status_code for client in (looker, as_editor)]

    assert answers == [200, 403]


def test_brief_with_many_contacts_takes_no_more_queries(as_adviser: Client, adviser: User) -> None:
    submitted().add_note("One.", by=adviser, at=NOW)
    short = queries_of(as_adviser, url_of(submitted(), "brief/"))
    for _ in range(19):
        submitted().add_note("More.", by=adviser, at=NOW)

    assert queries_of(as_adviser, url_of(submitted(), "brief/")) == short
