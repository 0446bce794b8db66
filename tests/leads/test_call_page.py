"""The prospect's own page, in each state of a request."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from leads.models import BookingRequest, Outcome, Status
from tests.leads.factories import submitted


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


def test_page_takes_few_queries(
    visitor: Client, booking: BookingRequest, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(4):  # the request, its offer, the brand, the pages at the foot
        show(visitor, booking)
