"""What can be done with a request and its time, and what the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from leads.models import (
    BookingRequest,
    BusyCalendar,
    BusyTime,
    CallRules,
    Closure,
    HeldTime,
    Message,
    Stale,
    Status,
    TimeOffer,
    TimeTaken,
    TooLate,
    WeeklyHours,
)
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday, seven o'clock in Amsterdam
TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # 10:30 in Amsterdam
WEDNESDAY = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def call(open_hours: CallRules) -> BookingRequest:
    return submitted(starts_at=TUESDAY, at=NOW)


def held_by(booking: BookingRequest) -> list[str]:
    return [f"{cell:%d %H:%M}" for cell in booking.held_times.values_list("starts_at", flat=True)]


def history(booking: BookingRequest) -> list[tuple[str, str]]:
    return list(booking.events.values_list("kind", "text"))


# --- Who holds which time


def test_request_holds_its_time_from_the_start_to_the_end(call: BookingRequest) -> None:
    assert held_by(call) == ["24 09:30", "24 09:35", "24 09:40", "24 09:45", "24 09:50", "24 09:55"]


@pytest.mark.parametrize("minutes", [-25, -5, 0, 5, 25])
@pytest.mark.parametrize("length", [30, 60])
def test_call_that_overlaps_another_is_refused_and_leaves_nothing(
    call: BookingRequest, minutes: int, length: int
) -> None:
    start = TUESDAY + timedelta(minutes=minutes)

    with pytest.raises(TimeTaken) as taken:
        submitted(starts_at=start, ends_at=start + timedelta(minutes=length), at=NOW)

    assert taken.value.starts_at == start
    assert BookingRequest.objects.get() == call
    assert HeldTime.objects.count() == 6
    assert Message.objects.count() == 2


@pytest.mark.parametrize("start", [TUESDAY - HALF_AN_HOUR, TUESDAY + HALF_AN_HOUR])
def test_call_that_only_touches_another_is_none_of_its_business(
    call: BookingRequest, start: datetime
) -> None:
    beside = submitted(starts_at=start, at=NOW)

    assert len(held_by(call)) == len(held_by(beside)) == 6


@pytest.mark.parametrize("limits", [{"calls_a_day": 1}, {"calls_a_week": 1}])
def test_last_call_that_the_rules_allow_is_the_last(call: BookingRequest, limits: dict[str, int]) -> None:
    CallRules.objects.update(**limits)

    with pytest.raises(TimeTaken):
        submitted(starts_at=TUESDAY + timedelta(hours=2), at=NOW)

    assert BookingRequest.objects.count() == 1
    assert HeldTime.objects.count() == 6


def test_call_may_move_within_a_week_that_is_full(call: BookingRequest) -> None:
    CallRules.objects.update(calls_a_week=1, calls_a_day=1)

    call.move(TUESDAY + timedelta(hours=2), by=None, at=NOW)

    assert held_by(call)[0] == "24 11:30"


def test_prospect_cannot_move_into_a_day_that_is_full_but_staff_can(
    call: BookingRequest, owner: User
) -> None:
    CallRules.objects.update(calls_a_day=1)
    other = submitted(starts_at=WEDNESDAY, at=NOW)

    with pytest.raises(TimeTaken):
        other.move(TUESDAY + timedelta(hours=2), by=None, at=NOW)
    assert (other.starts_at, held_by(other)[0]) == (WEDNESDAY, "25 09:30")

    other.move(TUESDAY + timedelta(hours=2), by=owner, at=NOW)
    assert held_by(other)[0] == "24 11:30"


def test_request_without_a_time_holds_none(booking: BookingRequest) -> None:
    assert held_by(booking) == []


def test_declined_request_frees_its_time(call: BookingRequest, owner: User) -> None:
    call.decline(by=owner, at=NOW)

    assert held_by(call) == []
    assert held_by(submitted(starts_at=TUESDAY, at=NOW)) != []


def test_cancelled_request_frees_its_time(call: BookingRequest) -> None:
    call.cancel(by=None, at=NOW)

    assert held_by(call) == []
    assert held_by(submitted(starts_at=TUESDAY, at=NOW)) != []


def test_confirmed_attended_and_missed_calls_keep_their_time(call: BookingRequest, owner: User) -> None:
    call.confirm(by=owner, at=NOW)
    call.mark_attended(by=owner, at=TUESDAY + HALF_AN_HOUR)
    call.mark_no_show(by=owner, at=TUESDAY + HALF_AN_HOUR)

    assert len(held_by(call)) == 6


# --- Moving and cancelling


def test_moves_are_told_in_the_history_by_the_coachs_clock(call: BookingRequest, owner: User) -> None:
    booking = submitted(at=NOW)
    call.move(WEDNESDAY, by=owner, at=NOW)
    booking.move(TUESDAY, by=None, at=NOW)

    tuesday, wednesday = (f"{day} Nov 2026, 10:30 (Europe/Amsterdam)" for day in ["Tue 24", "Wed 25"])
    assert history(call)[-1] == ("moved", f"{tuesday} → {wednesday}")
    assert history(booking)[-1] == ("moved", f"no time → {tuesday}")


def test_moved_call_is_the_same_entry_in_the_calendar(call: BookingRequest, owner: User) -> None:
    call.confirm(by=owner, at=NOW)
    call.move(WEDNESDAY, by=None, at=NOW)
    call.cancel(by=None, at=NOW)

    files = [mail.calendar for mail in Message.objects.exclude(calendar="").order_by("pk")]
    assert len({_line(file, "UID") for file in files}) == 1
    assert [_line(file, "SEQUENCE") for file in files] == ["0", "1", "2"]
    assert [_line(file, "METHOD") for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [_line(file, "DTSTART") for file in files] == [
        "20261124T093000Z",
        "20261125T093000Z",
        "20261125T093000Z",
    ]


def _line(file: str, name: str) -> str:
    return next(line.partition(":")[2] for line in file.splitlines() if line.startswith(f"{name}:"))


def test_call_takes_the_length_that_counts_when_it_moves(call: BookingRequest) -> None:
    CallRules.objects.update(call_minutes=45)

    call.move(WEDNESDAY, by=None, at=NOW)

    assert (call.ends_at, len(held_by(call))) == (WEDNESDAY + timedelta(minutes=45), 9)


@pytest.mark.parametrize("late", [timedelta(), timedelta(minutes=10), timedelta(days=3)])
def test_from_its_start_on_a_prospect_can_change_a_call_no_more(
    call: BookingRequest, late: timedelta
) -> None:
    with pytest.raises(TooLate):
        call.cancel(by=None, at=TUESDAY + late)
    with pytest.raises(TooLate):
        call.move(WEDNESDAY, by=None, at=TUESDAY + late)

    assert history(call) == [("requested", "")]


def test_staff_can_cancel_a_call_that_has_begun(call: BookingRequest, owner: User) -> None:
    call.cancel(by=owner, at=TUESDAY + HALF_AN_HOUR)

    assert call.status == Status.CANCELLED


@pytest.mark.parametrize("verb", ["confirm", "decline", "cancel"])
def test_whoever_decides_second_is_told_what_happened_first(
    call: BookingRequest, owner: User, verb: str
) -> None:
    seen_before = BookingRequest.objects.get()
    call.cancel(by=None, at=NOW)

    with pytest.raises(Stale, match="cancelled already"):
        getattr(seen_before, verb)(by=owner, at=NOW)

    assert [kind for kind, _ in history(call)] == ["requested", "cancelled"]


def test_call_that_was_moved_is_not_confirmed_by_whoever_saw_the_old_time(
    call: BookingRequest, owner: User
) -> None:
    seen_before = BookingRequest.objects.get()
    call.move(WEDNESDAY, by=None, at=NOW)

    with pytest.raises(Stale):
        seen_before.confirm(by=owner, at=NOW)

    assert BookingRequest.objects.get().status == Status.REQUESTED


# --- The promised clock


def test_promise_is_the_prospects_wall_clock(open_hours: CallRules) -> None:
    call = submitted(starts_at=TUESDAY, time_zone="America/New_York", at=NOW)
    assert (call.promised_clock, call.clock_has_changed) == ("2026-11-24T04:30", False)

    call.move(WEDNESDAY, by=None, at=NOW)
    assert (call.promised_clock, call.clock_has_changed) == ("2026-11-25T04:30", False)


def test_another_clock_than_the_promised_one_is_noticed(call: BookingRequest) -> None:
    call.promised_clock = "2026-11-24T11:30"

    assert call.clock_has_changed


def test_request_without_a_time_was_promised_nothing(booking: BookingRequest) -> None:
    assert (booking.promised_clock, booking.clock_has_changed) == ("", False)


# --- What the database refuses

CONSTRAINTS: list[tuple[str, Callable[[], object]]] = [
    ("status_is_known", lambda: BookingRequest.objects.update(status="perhaps")),
    ("only_an_attended_call_has_an_outcome", lambda: BookingRequest.objects.update(outcome="signed")),
    (
        "only_an_attended_call_has_an_outcome",
        lambda: BookingRequest.objects.update(status="attended", outcome="perhaps"),
    ),
    ("consent_was_given", lambda: BookingRequest.objects.update(consent="")),
    ("a_call_has_a_start_and_an_end", lambda: BookingRequest.objects.update(starts_at=TUESDAY)),
    ("a_call_has_a_start_and_an_end", lambda: BookingRequest.objects.update(ends_at=TUESDAY)),
    (
        "a_call_has_a_start_and_an_end",
        lambda: BookingRequest.objects.update(starts_at=TUESDAY, ends_at=TUESDAY),
    ),
    (
        "who_has_a_time_does_not_wait_for_one",
        lambda: BookingRequest.objects.update(starts_at=TUESDAY, ends_at=WEDNESDAY, on_waiting_list=True),
    ),
    (
        "hours_end_after_they_begin",
        lambda: WeeklyHours.objects.create(weekday=0, begins=time(10), ends=time(10)),
    ),
    (
        "closure_ends_after_it_begins",
        lambda: Closure.objects.create(first_day=date(2026, 11, 24), last_day=date(2026, 11, 23)),
    ),
    (
        "busy_time_has_a_length",
        lambda: BusyTime.objects.create(
            calendar=BusyCalendar.objects.create(name="Own", url="https://example.com/a.ics"),
            starts_at=TUESDAY,
            ends_at=TUESDAY,
        ),
    ),
    ("offer_has_a_length", lambda: _offer(TUESDAY, TUESDAY)),
    ("leads_callrules_has_one_row", lambda: CallRules.objects.bulk_create([CallRules(pk=2)])),
]


@pytest.mark.parametrize(("name", "breach"), CONSTRAINTS)
def test_database_refuses_what_must_not_be(
    booking: BookingRequest, name: str, breach: Callable[[], object]
) -> None:
    with pytest.raises(IntegrityError, match=name):
        breach()


def test_database_refuses_a_second_holder_of_five_minutes(
    call: BookingRequest, booking: BookingRequest
) -> None:
    with pytest.raises(IntegrityError):
        HeldTime.objects.bulk_create([HeldTime(starts_at=TUESDAY, booking=booking)])


def test_database_refuses_a_second_open_offer_to_one_request(booking: BookingRequest) -> None:
    _offer(TUESDAY, WEDNESDAY)
    TimeOffer.objects.update(closed_at=NOW)
    _offer(TUESDAY, WEDNESDAY)

    with pytest.raises(IntegrityError):
        _offer(TUESDAY, WEDNESDAY)


def _offer(starts_at: datetime, ends_at: datetime) -> TimeOffer:
    booking = BookingRequest.objects.get()
    return booking.offers.create(
        starts_at=starts_at, ends_at=ends_at, made_at=NOW, expires_at=NOW + HALF_AN_HOUR
    )
