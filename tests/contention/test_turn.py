"""What a change finds when its turn comes, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone

from leads import waiting_list
from leads.models import (
    BookingEvent,
    BookingRequest,
    CallRules,
    HeldTime,
    Message,
    Moved,
    Stale,
    TimeOffer,
    TimeTaken,
    WeeklyHours,
)
from leads.open_times import open_times
from leads.turn import calendar_turn
from tests.leads.factories import submitted

NOW = timezone.now()
CALL = timedelta(minutes=30)
PATIENCE = 60.0


@pytest.fixture
def rules(db: None) -> CallRules:
    """Three calls every day, and room for two a week."""
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="10:30")
    rules = CallRules(gap_minutes=0, calls_a_day=2, calls_a_week=2)
    rules.save()
    return rules


def time(number: int) -> datetime:
    return open_times(NOW).starts[number]


def as_read(booking: BookingRequest) -> BookingRequest:
    """The same request as somebody else has it before their eyes."""
    return BookingRequest.objects.get(pk=booking.pk)


def last_mail(booking: BookingRequest, kind: Message.Kind) -> Message:
    return booking.messages.filter(kind=kind).latest("pk")


def held_by(booking: BookingRequest) -> list[datetime]:
    return list(booking.held_times.order_by("starts_at").values_list("starts_at", flat=True))


# --- The row as it stands


def test_call_confirmed_meanwhile_is_cancelled_in_the_prospects_calendar_too(
    rules: CallRules, owner: User
) -> None:
    booking = submitted(starts_at=time(0))
    read_before = as_read(booking)
    booking.confirm(by=owner, at=NOW)

    read_before.cancel(by=None, at=NOW)

    assert "METHOD:CANCEL" in last_mail(booking, Message.Kind.CANCELLATION).calendar


def test_call_confirmed_meanwhile_is_moved_in_the_prospects_calendar_too(
    rules: CallRules, owner: User
) -> None:
    booking = submitted(starts_at=time(0))
    new = time(1)
    read_before = as_read(booking)
    booking.confirm(by=owner, at=NOW)

    read_before.move(new, by=None, at=NOW)

    assert f"DTSTART:{new:%Y%m%dT%H%M%SZ}" in last_mail(booking, Message.Kind.MOVED).calendar


@pytest.mark.parametrize(
    "act",
    [
        lambda booking, owner: booking.confirm(by=owner, at=NOW),
        lambda booking, owner: booking.decline(by=owner, at=NOW),
        lambda booking, owner: booking.cancel(by=None, at=NOW),
        lambda booking, owner: booking.move(time(2), by=None, at=NOW),
    ],
)
def test_whoever_had_another_time_before_their_eyes_is_told(
    rules: CallRules, owner: User, act: Callable[[BookingRequest, User], None]
) -> None:
    booking = submitted(starts_at=time(0))
    read_before = as_read(booking)
    booking.move(time(1), by=None, at=NOW)

    with pytest.raises(Moved):
        act(read_before, owner)

    assert as_read(booking).status == "requested"
    assert as_read(booking).starts_at == booking.starts_at == read_before.starts_at


def test_call_moved_away_and_back_counts_as_moved(rules: CallRules) -> None:
    first, second = time(0), time(1)
    booking = submitted(starts_at=first)
    read_before = as_read(booking)
    booking.move(second, by=None, at=NOW)
    booking.move(first, by=None, at=NOW)

    with pytest.raises(Moved):
        read_before.move(second, by=None, at=NOW)

    assert as_read(booking).sequence == 2


def test_moving_a_call_to_its_own_time_changes_nothing(rules: CallRules) -> None:
    booking = submitted(starts_at=time(0))
    new = time(1)
    booking.move(new, by=None, at=NOW)

    booking.move(new, by=None, at=NOW)

    assert booking.events.filter(kind=BookingEvent.Kind.MOVED).count() == 1
    assert as_read(booking).sequence == 1


def test_a_call_that_was_cancelled_is_not_moved_to_its_own_time(rules: CallRules) -> None:
    starts_at = time(0)
    booking = submitted(starts_at=starts_at)
    booking.cancel(by=None, at=NOW)

    with pytest.raises(Stale):
        booking.move(starts_at, by=None, at=NOW)


def test_staff_may_move_a_call_across_its_own_time(rules: CallRules, owner: User) -> None:
    booking = submitted(starts_at=time(0))
    later = time(0) + timedelta(minutes=10)

    booking.move(later, by=owner, at=NOW)

    assert held_by(booking) == [later + n * timedelta(minutes=5) for n in range(6)]


# --- All or nothing


def test_a_move_that_is_refused_leaves_the_request_as_it_was(rules: CallRules) -> None:
    starts = open_times(NOW).starts
    next_week = next(start for start in starts if start - starts[0] >= timedelta(days=8))
    full = [start for start in starts if start.date() == next_week.date()]
    submitted(starts_at=full[0])
    submitted(starts_at=full[1])
    booking = submitted(starts_at=starts[0])
    held = held_by(booking)

    with pytest.raises(TimeTaken):
        booking.move(full[2], by=None, at=NOW)

    assert (booking.starts_at, booking.sequence) == (starts[0], 0)
    assert held_by(booking) == held


def test_a_request_that_was_refused_can_be_sent_for_another_time(rules: CallRules) -> None:
    first, second = time(0), time(1)
    submitted(starts_at=first)
    booking = BookingRequest(
        fingerprint="f", name="Ana", email="ana@example.com", time_zone="Europe/Lisbon", consent="Yes"
    )
    booking.starts_at, booking.ends_at = first, first + CALL
    with pytest.raises(TimeTaken):
        booking.submit(at=NOW)

    booking.starts_at, booking.ends_at = second, second + CALL
    booking.submit(at=NOW)

    assert held_by(booking)[0] == second
    assert BookingRequest.objects.count() == 2


# --- The waiting list


def test_no_more_is_offered_than_a_week_allows(rules: CallRules) -> None:
    rules.horizon_days = 1
    rules.notice_hours = 0
    rules.calls_a_week = 1
    rules.save()
    for _ in range(6):
        submitted(on_waiting_list=True)

    waiting_list.advance(NOW)

    weeks = {offer.starts_at.isocalendar().week for offer in TimeOffer.objects.open()}
    assert TimeOffer.objects.open().count() == len(weeks) > 0


def test_the_last_time_of_a_week_can_be_taken_by_whom_it_is_kept_for(rules: CallRules) -> None:
    rules.calls_a_week = 1
    rules.save()
    booking = submitted(on_waiting_list=True)
    waiting_list.advance(NOW)
    offer = TimeOffer.objects.get()

    waiting_list.accept(booking, at=NOW)

    assert as_read(booking).starts_at == offer.starts_at
    assert not TimeOffer.objects.open().exists()


def test_taking_an_offer_again_says_that_they_have_a_time(rules: CallRules) -> None:
    booking = submitted(on_waiting_list=True)
    waiting_list.advance(NOW)
    waiting_list.accept(booking, at=NOW)

    with pytest.raises(Stale):
        waiting_list.accept(as_read(booking), at=NOW)


def test_no_offer_outlasts_the_time_that_it_offers(rules: CallRules) -> None:
    rules.notice_hours, rules.offer_hours = 0, 72
    rules.save()
    submitted(on_waiting_list=True)

    waiting_list.advance(NOW)

    offer = TimeOffer.objects.get()
    assert offer.expires_at == min(offer.starts_at, NOW + timedelta(hours=72))


def test_time_kept_for_a_request_that_is_cancelled_goes_to_the_next(rules: CallRules) -> None:
    rules.calls_a_week, rules.horizon_days, rules.notice_hours = 1, 1, 0
    rules.save()
    first = submitted(on_waiting_list=True)
    waiting_list.advance(NOW)
    second = submitted(on_waiting_list=True)
    kept = TimeOffer.objects.open().get(booking=first).starts_at

    first.cancel(by=None, at=NOW)

    assert TimeOffer.objects.open().filter(booking=first).count() == 0
    assert kept in held_by(second)
    assert held_by(first) == []


def test_a_cancellation_stands_when_the_freed_time_cannot_be_offered(rules: CallRules, owner: User) -> None:
    """As when rows of held time outlived their request by an owner's hand in the database."""
    call, other = submitted(starts_at=time(0)), submitted(starts_at=time(0) + timedelta(days=60))
    for cell in open_times(NOW).starts:
        HeldTime.objects.get_or_create(starts_at=cell, defaults={"booking": other})
    submitted(on_waiting_list=True)

    call.cancel(by=owner, at=NOW)

    assert as_read(call).status == "cancelled"


# --- The turn itself


@pytest.mark.django_db(transaction=True)
def test_a_turn_may_stand_within_a_turn_and_within_a_transaction() -> None:
    with transaction.atomic(), calendar_turn(), calendar_turn():
        CallRules(call_minutes=45).save()
    with calendar_turn(), calendar_turn():
        CallRules(call_minutes=60).save()

    assert CallRules.current().call_minutes == 60


@pytest.mark.django_db(transaction=True)
def test_the_next_in_line_sees_what_the_one_before_has_done() -> None:
    CallRules(call_minutes=5).save()
    is_in = Event()

    def lengthen(*, first: bool) -> None:
        if not first:
            assert is_in.wait(PATIENCE)
        with calendar_turn():
            is_in.set()
            rules = CallRules.current()
            rules.call_minutes += 5
            rules.save()
        connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(lengthen, first=n == 0) for n in range(8)]
        for turn in done:
            turn.result(PATIENCE)

    assert CallRules.current().call_minutes == 45
