"""What staff mean to do about a request: who has it, what is next, its tags, and what a client is worth."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads.models import BookingEvent, BookingRequest, CallRules, Outcome, Reassigned, Replanned, Tag
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 11, 27)


def told(booking: BookingRequest, kind: BookingEvent.Kind) -> list[tuple[str, User | None, datetime]]:
    return [(event.text, event.by, event.at) for event in booking.events.filter(kind=kind)]


def in_other_hands(booking: BookingRequest) -> BookingRequest:
    """The same request as a colleague read it."""
    return BookingRequest.objects.get(pk=booking.pk)


# --- Next action


def test_next_action_is_kept_with_its_day_and_told_from_what_to_what(
    booking: BookingRequest, adviser: User
) -> None:
    booking.plan("Call back", FRIDAY, by=adviser, at=NOW)
    booking.plan("", None, by=adviser, at=NOW)

    booking.refresh_from_db()
    assert (booking.next_action, booking.next_action_on) == ("", None)
    assert told(booking, BookingEvent.Kind.PLANNED) == [
        ("nothing → Call back, Fri 27 Nov 2026", adviser, NOW),
        ("Call back, Fri 27 Nov 2026 → nothing", adviser, NOW),
    ]


def test_planning_the_same_again_tells_nothing(booking: BookingRequest, adviser: User) -> None:
    for _ in range(2):
        booking.plan("Call back", FRIDAY, by=adviser, at=NOW)

    assert booking.events.filter(kind=BookingEvent.Kind.PLANNED).count() == 1


def test_second_of_two_who_plan_learns_what_the_first_planned(
    booking: BookingRequest, adviser: User, owner: User
) -> None:
    mine = in_other_hands(booking)
    booking.plan("Call back", FRIDAY, by=owner, at=NOW)

    with pytest.raises(Replanned) as refused:
        mine.plan("Send the offer", FRIDAY, by=adviser, at=NOW)

    assert str(refused.value) == (
        "A colleague changed the next action in the meantime. Now it is: Call back, Fri 27 Nov 2026."
    )
    assert in_other_hands(booking).next_action == "Call back"
    assert booking.events.filter(kind=BookingEvent.Kind.PLANNED).count() == 1


@pytest.mark.parametrize(("action", "on"), [("Call back", None), ("", FRIDAY)])
def test_next_action_has_words_and_a_day(
    booking: BookingRequest, adviser: User, action: str, on: date | None
) -> None:
    with pytest.raises(IntegrityError, match="a_next_action_has_words_and_a_day"), transaction.atomic():
        booking.plan(action, on, by=adviser, at=NOW)

    assert not booking.events.filter(kind=BookingEvent.Kind.PLANNED).exists()


# --- Assignment


def test_request_is_given_to_a_colleague_and_back_to_nobody(
    booking: BookingRequest, adviser: User, owner: User
) -> None:
    booking.assign(owner, by=adviser, at=NOW)
    given = in_other_hands(booking).assigned_to
    booking.assign(None, by=owner, at=NOW)

    assert (given, in_other_hands(booking).assigned_to) == (owner, None)
    assert told(booking, BookingEvent.Kind.ASSIGNED) == [
        ("nobody → owner", adviser, NOW),
        ("owner → nobody", owner, NOW),
    ]


def test_second_of_two_who_assign_learns_who_has_it(
    booking: BookingRequest, adviser: User, owner: User
) -> None:
    mine = in_other_hands(booking)
    booking.assign(owner, by=owner, at=NOW)

    with pytest.raises(Reassigned, match="assigned this request in the meantime, to owner"):
        mine.assign(adviser, by=adviser, at=NOW)

    assert in_other_hands(booking).assigned_to == owner


def test_request_of_somebody_who_left_is_nobodys(booking: BookingRequest, adviser: User, owner: User) -> None:
    booking.assign(adviser, by=owner, at=NOW)

    adviser.delete()

    assert in_other_hands(booking).assigned_to is None


# --- Tags


def test_tags_are_made_by_naming_them_and_known_again_whatever_their_case(
    booking: BookingRequest, adviser: User
) -> None:
    Tag.objects.create(name="Évening")
    booking.tag("warm", "évening", by=adviser, at=NOW)
    booking.tag("WARM", by=adviser, at=NOW)
    booking.untag("Warm", "cold", by=adviser, at=NOW)

    assert [tag.name for tag in booking.tags.all()] == ["Évening"]
    assert sorted(tag.name for tag in Tag.objects.all()) == ["warm", "Évening"]
    assert told(booking, BookingEvent.Kind.TAGGED) == [
        ("no tags → warm, Évening", adviser, NOW),
        ("warm, Évening → Évening", adviser, NOW),
    ]


def test_tag_has_a_name_of_its_own() -> None:
    Tag.objects.create(name="warm")

    with pytest.raises(IntegrityError, match="tag_is_unique_whatever_its_case"), transaction.atomic():
        Tag.objects.create(name="Warm")
    with pytest.raises(IntegrityError, match="a_tag_has_a_name"), transaction.atomic():
        Tag.objects.create(name="")


# --- What a client is worth


@pytest.fixture
def attended(booking: BookingRequest, adviser: User) -> BookingRequest:
    booking.confirm(by=adviser, at=NOW)
    booking.mark_attended(by=adviser, at=NOW)
    return booking


def test_signed_client_has_a_value_in_the_sites_currency(attended: BookingRequest, adviser: User) -> None:
    CallRules(currency="GBP").save()
    attended.record_outcome(Outcome.OFFER_MADE, by=adviser, at=NOW)
    attended.record_outcome(Outcome.SIGNED, value=Decimal("4800.50"), by=adviser, at=NOW)

    assert in_other_hands(attended).value == Decimal("4800.50")
    assert [text for text, *_ in told(attended, BookingEvent.Kind.OUTCOME)] == [
        "Offer made",
        "Offer made → Signed, GBP 4,800.50",
    ]


@pytest.mark.parametrize(
    "take_back",
    [
        lambda booking, **who: booking.record_outcome(Outcome.LATER, **who),
        lambda booking, **who: booking.mark_no_show(**who),
    ],
)
def test_client_who_is_none_any_more_has_no_value(
    attended: BookingRequest, adviser: User, take_back: Callable[..., Any]
) -> None:
    attended.record_outcome(Outcome.SIGNED, value=Decimal(100), by=adviser, at=NOW)

    take_back(attended, by=adviser, at=NOW)

    assert in_other_hands(attended).value is None


@pytest.mark.parametrize(("outcome", "value"), [(Outcome.OFFER_MADE, 100), (Outcome.SIGNED, -1)])
def test_only_a_signed_client_has_a_value(
    attended: BookingRequest, adviser: User, outcome: Outcome, value: int
) -> None:
    with pytest.raises(IntegrityError, match="only_a_signed_client_has_a_value"), transaction.atomic():
        attended.record_outcome(outcome, value=Decimal(value), by=adviser, at=NOW)


# --- Finding them


def names(bookings: Any) -> set[str]:
    return {booking.name for booking in bookings}


def test_overdue_are_late_answers_and_actions_whose_day_is_past_on_the_coachs_calendar(adviser: User) -> None:
    late = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)  # Half past midnight on Saturday in Amsterdam.
    submitted(name="Waits", at=late - timedelta(hours=25))
    submitted(name="Fresh", at=late - timedelta(hours=23))
    submitted(name="Answered", at=late - timedelta(hours=25)).confirm(by=adviser, at=NOW)
    submitted(name="Friday", at=late).plan("Call back", FRIDAY, by=adviser, at=NOW)
    submitted(name="Saturday", at=late).plan("Call back", date(2026, 11, 28), by=adviser, at=NOW)

    assert names(BookingRequest.objects.overdue(late)) == {"Waits", "Friday"}


def test_next_action_stays_due_until_it_is_done(adviser: User) -> None:
    for name, day in [("Before", 26), ("On the day", 27), ("After", 28)]:
        submitted(name=name).plan("Call back", date(2026, 11, day), by=adviser, at=NOW)
    submitted(name="Nothing planned")

    assert names(BookingRequest.objects.with_next_action_due(FRIDAY)) == {"Before", "On the day"}


def test_requests_are_found_by_who_has_them(adviser: User, owner: User) -> None:
    submitted(name="Mine").assign(adviser, by=owner, at=NOW)
    submitted(name="Theirs").assign(owner, by=owner, at=NOW)
    submitted(name="Nobody’s")

    assert names(BookingRequest.objects.assigned_to(adviser)) == {"Mine"}
    assert names(BookingRequest.objects.assigned_to(None)) == {"Nobody’s"}
