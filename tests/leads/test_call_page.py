"""The prospect's own page, in each state of a request."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from leads import calendar_file, clock
from leads.models import BookingPage, BookingRequest, Outcome, Status
from leads.open_times import open_times
from tests.leads.factories import submitted

pytestmark = pytest.mark.usefixtures("monday")


def show(visitor: Client, booking: BookingRequest) -> str:
    response = visitor.get(booking.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_new_request_shows_what_was_sent_and_what_happens_next(
    visitor: Client, booking: BookingRequest
) -> None:
    page = show(visitor, booking)

    assert "Received." in page
    assert "What happens next" in page
    for answer in [booking.name, booking.email, booking.role, booking.wished_time, booking.profile_url]:
        assert answer in page
    assert "Choose between the staff track and architecture.<br>And a plan for the next year." in page
    assert "Amsterdam (UTC+" in page


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (Status.REQUESTED, "Received."),
        (Status.CONFIRMED, "You’re booked."),
        (Status.DECLINED, "Not this time."),
        (Status.CANCELLED, "Cancelled."),
        (Status.ATTENDED, "Good to have met you."),
        (Status.NO_SHOW, "We missed each other."),
    ],
)
def test_each_state_has_its_words(
    visitor: Client, booking: BookingRequest, status: Status, heading: str
) -> None:
    BookingRequest.objects.update(status=status)

    assert heading in show(visitor, booking)


def test_page_keeps_the_judgement_of_staff_to_itself(
    visitor: Client, booking: BookingRequest, owner: User
) -> None:
    booking.confirm(by=owner, at=timezone.now())
    booking.add_note("Rather junior", by=owner, at=timezone.now())
    booking.mark_attended(by=owner, at=timezone.now())
    booking.record_outcome(Outcome.NOT_A_FIT, by=owner, at=timezone.now())

    page = show(visitor, booking)

    assert "Rather junior" not in page
    assert Outcome.NOT_A_FIT.label not in page


def test_page_is_neither_stored_nor_indexed_and_its_address_goes_to_nobody(
    visitor: Client, booking: BookingRequest
) -> None:
    response = visitor.get(booking.get_absolute_url())

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"
    assert not response.cookies


def test_opening_the_page_changes_nothing(visitor: Client, booking: BookingRequest) -> None:
    before = BookingRequest.objects.values().get()

    show(visitor, booking)
    visitor.head(booking.get_absolute_url())

    assert BookingRequest.objects.values().get() == before
    assert visitor.post(booking.get_absolute_url()).status_code in {403, 405}


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda token: token[:-1], lambda token: token + "x", lambda _: "%00"]
)
def test_a_token_must_match_exactly(visitor: Client, change: object) -> None:
    booking = submitted(token="aBcDeFgHiJkLmNoPqRsTuVwX")

    assert visitor.get(f"/calls/{change(booking.token)}/").status_code == 404  # type: ignore[operator]


def test_what_was_typed_is_shown_as_text(visitor: Client) -> None:
    booking = submitted(goals="<script>alert(1)</script>\n{{ booking.pk }}", role="a & <b>")

    page = show(visitor, booking)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>{{ booking.pk }}" in page
    assert "a &amp; &lt;b&gt;" in page


# --- With a time


@pytest.fixture
def call(visitor: Client) -> BookingRequest:
    """Asked for by a prospect in New York."""
    start = open_times(timezone.now()).starts[0]
    return submitted(starts_at=start, time_zone="America/New_York")


def begun(call: BookingRequest, minutes: int) -> None:
    start = timezone.now() - timedelta(minutes=minutes)
    BookingRequest.objects.filter(pk=call.pk).update(starts_at=start, ends_at=start + timedelta(minutes=30))


def test_time_is_told_by_both_clocks(visitor: Client, call: BookingRequest) -> None:
    page = show(visitor, call)

    assert call.starts_at is not None
    for zone in ["America/New_York", "Europe/Amsterdam"]:
        assert clock.in_full(call.starts_at, zone) in page


def test_dates_in_the_language_of_the_prospect_say_which_it_is(visitor: Client, call: BookingRequest) -> None:
    BookingRequest.objects.update(language="de")
    assert call.starts_at is not None
    told = clock.told(call.starts_at, own="America/New_York", other="Europe/Amsterdam", language="de")

    pages = [show(visitor, call)] + [
        visitor.get(f"{call.get_absolute_url()}{page}/").content.decode() for page in ("move", "cancel")
    ]

    assert [re.findall(r'lang="de">([^<]+)<', page) for page in pages] == [
        [told.own, told.other],
        [told.own],
        [told.own],
    ]


def test_only_a_confirmed_call_that_is_ahead_is_added_to_a_calendar(
    visitor: Client, call: BookingRequest, owner: User
) -> None:
    link = f"{call.get_absolute_url()}call.ics"
    requested = show(visitor, call)
    call.confirm(by=owner, at=timezone.now())
    confirmed = show(visitor, call)
    begun(call, minutes=5)

    assert [link in page for page in (requested, confirmed, show(visitor, call))] == [False, True, False]
    assert f'href="{escape(calendar_file.google_link(call))}"' in confirmed
    assert f'href="{escape(calendar_file.outlook_link(call))}"' in confirmed


@pytest.mark.parametrize(
    ("is_confirmed", "minutes", "words"),
    [
        (True, 10, ["You’re booked.", "The call has begun"]),
        (True, 60, ["This call is over."]),
        (False, 10, ["That time has passed.", "did not confirm it in time"]),
    ],
)
def test_call_in_the_past_offers_no_change(
    visitor: Client, call: BookingRequest, owner: User, is_confirmed: bool, minutes: int, words: list[str]
) -> None:
    if is_confirmed:
        call.confirm(by=owner, at=timezone.now())
    begun(call, minutes)

    page = show(visitor, call)

    assert [word for word in words if word not in page] == []
    assert f"{call.get_absolute_url()}move/" not in page
    assert f"{call.get_absolute_url()}cancel/" not in page
    assert "You will be reminded" not in page


@pytest.mark.parametrize(
    ("status", "minutes_since", "expected"),
    [
        (Status.REQUESTED, -60, 0),
        (Status.CONFIRMED, -60, 1),
        (Status.CONFIRMED, 5, 1),
        (Status.CONFIRMED, 60, 0),
        (Status.CANCELLED, -60, 0),
    ],
)
def test_confirmed_prospect_is_told_how_to_join_until_the_call_is_over(
    visitor: Client, call: BookingRequest, status: Status, minutes_since: int, expected: int
) -> None:
    BookingPage(how_to_join="https://meet.coach.example/zen").save()
    BookingRequest.objects.update(status=status)
    begun(call, minutes_since)

    page = show(visitor, call)

    assert page.count('href="https://meet.coach.example/zen"') == expected


def test_cancelled_call_tells_no_time(visitor: Client, call: BookingRequest) -> None:
    call.cancel(by=None, at=timezone.now())

    page = show(visitor, call)

    assert 'class="when"' not in page
    assert "This call will not take place." in page


def test_waiting_list_has_words_of_its_own(visitor: Client) -> None:
    page = show(visitor, submitted(on_waiting_list=True))

    assert "You’re in line." in page
    assert "Withdraw the request" in page


def test_file_is_a_download_that_nobody_keeps(visitor: Client, call: BookingRequest) -> None:
    response = visitor.get(f"{call.get_absolute_url()}call.ics")

    assert {name: response[name] for name in ["Content-Type", "Content-Disposition", "X-Robots-Tag"]} == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'attachment; filename="strategy-call.ics"',
        "X-Robots-Tag": "noindex",
    }
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b"BEGIN:VCALENDAR\r\n")


def test_without_a_time_there_is_no_file(
    visitor: Client, booking: BookingRequest, call: BookingRequest
) -> None:
    call.cancel(by=None, at=timezone.now())

    for request in [booking, call]:
        assert visitor.get(f"{request.get_absolute_url()}call.ics").status_code == 404


def test_page_takes_few_queries(
    visitor: Client, booking: BookingRequest, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    show(visitor, booking)  # From now on the process knows the pages at the foot.

    with django_assert_max_num_queries(3):  # the request, its offer, the brand
        show(visitor, booking)


def test_page_of_a_call_takes_few_queries(
    visitor: Client, call: BookingRequest, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    show(visitor, call)

    # The same, and for each of two calendars the brand and the place.
    with django_assert_max_num_queries(7):
        show(visitor, call)
