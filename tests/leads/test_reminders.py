"""What the clock causes: due and not yet sent, once, and never for a call that passed or changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import reminders
from leads.models import BookingRequest, Message, Status
from leads.outbox import deliver_due
from leads.reminders import DAY, HOUR
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db
Kind, State = Message.Kind, Message.State

STARTS_AT = datetime(2027, 1, 13, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TOLD_LONG_AGO = STARTS_AT - 10 * DAY


def confirmed(by: User, *, told_at: datetime = TOLD_LONG_AGO, **changes: Any) -> BookingRequest:
    """A confirmed call whose own mails are gone."""
    booking = submitted(**({"starts_at": STARTS_AT, "at": told_at} | changes))
    booking.confirm(by=by, at=told_at)
    booking.messages.all().delete()
    return booking


def kinds_queued(at: datetime) -> list[str]:
    """What one round of the worker at that instant adds."""
    before = set(Message.objects.values_list("pk", flat=True))
    reminders.queue_due(at)
    return sorted(Message.objects.exclude(pk__in=before).values_list("kind", flat=True))


def states(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("before_start", "expected"),
    [
        (DAY + MINUTE, []),
        (DAY, [Kind.REMINDER_DAY]),
        (HOUR + MINUTE, [Kind.REMINDER_DAY]),
        (HOUR, [Kind.BRIEF, Kind.REMINDER_HOUR]),
        (MINUTE, [Kind.BRIEF, Kind.REMINDER_HOUR]),
        (0 * MINUTE, []),
        (-29 * MINUTE, []),
        (-30 * MINUTE, [Kind.OUTCOME_QUESTION]),
        (-7 * DAY, [Kind.OUTCOME_QUESTION]),
        (-8 * DAY, []),
    ],
)
def test_worker_that_looks_first_at_an_instant_queues_what_is_true_then(
    owner: User, before_start: timedelta, expected: list[str]
) -> None:
    confirmed(owner)

    assert kinds_queued(STARTS_AT - before_start) == expected


def test_each_is_queued_once_over_a_whole_call(owner: User) -> None:
    confirmed(owner)

    at, queued = STARTS_AT - 2 * DAY, []
    while at < STARTS_AT + DAY:
        queued += kinds_queued(at)
        at += 20 * MINUTE

    assert queued == [Kind.REMINDER_DAY, Kind.BRIEF, Kind.REMINDER_HOUR, Kind.OUTCOME_QUESTION]


def test_two_workers_queue_once(owner: User) -> None:
    """As when both have read before either wrote: the occasion lets only one row stand."""
    booking = confirmed(owner)
    reminder = reminders.REMINDERS[Kind.REMINDER_DAY]

    Message.queue_once(reminder.message(booking))
    Message.queue_once(reminder.message(booking))

    assert states(Kind.REMINDER_DAY) == [State.WAITING]


@pytest.mark.parametrize(
    ("told_before_start", "expected"),
    [
        (25 * HOUR, [Kind.REMINDER_DAY]),
        (25 * HOUR - MINUTE, []),
        (3 * HOUR, []),
    ],
)
def test_day_reminder_does_not_follow_on_the_heels_of_the_confirmation(
    owner: User, told_before_start: timedelta, expected: list[str]
) -> None:
    confirmed(owner, told_at=STARTS_AT - told_before_start)

    assert kinds_queued(STARTS_AT - 2 * HOUR) == expected


def test_hour_reminder_does_not_either_but_the_brief_goes(owner: User) -> None:
    confirmed(owner, told_at=STARTS_AT - 2 * HOUR + MINUTE)

    assert kinds_queued(STARTS_AT - HOUR) == [Kind.BRIEF]


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.DECLINED, Status.CANCELLED])
def test_only_a_confirmed_call_is_reminded_of(owner: User, status: str) -> None:
    booking = confirmed(owner)
    BookingRequest.objects.filter(pk=booking.pk).update(status=status)

    for before in (DAY, HOUR, -HOUR):
        assert kinds_queued(STARTS_AT - before) == []


@pytest.mark.parametrize("status", [Status.ATTENDED, Status.NO_SHOW])
def test_call_whose_result_is_known_is_not_asked_about(owner: User, status: str) -> None:
    booking = confirmed(owner)
    BookingRequest.objects.filter(pk=booking.pk).update(status=status)

    assert kinds_queued(STARTS_AT + HOUR) == []


def test_moved_call_is_reminded_of_anew_even_when_it_moves_back(owner: User) -> None:
    booking = confirmed(owner)
    first = kinds_queued(STARTS_AT - DAY)
    booking.move(STARTS_AT + 5 * DAY, by=owner, at=TOLD_LONG_AGO)
    booking.move(STARTS_AT, by=owner, at=TOLD_LONG_AGO)

    again = kinds_queued(STARTS_AT - DAY)

    assert (first, again) == ([Kind.REMINDER_DAY], [Kind.REMINDER_DAY])
    assert states(Kind.REMINDER_DAY) == [State.WITHDRAWN, State.WAITING]


# --- At the delivery


def deliver(at: datetime) -> list[str]:
    Message.objects.filter(state=State.WAITING).update(next_attempt_at=at)
    mail.outbox.clear()
    deliver_due(at)
    return [str(message.subject) for message in mail.outbox]


def test_reminder_is_sent(owner: User) -> None:
    confirmed(owner)
    reminders.queue_due(STARTS_AT - DAY)

    assert deliver(STARTS_AT - DAY) == ["Your strategy call is coming up"]
    assert states(Kind.REMINDER_DAY) == [State.SENT]


def test_reminder_of_a_call_that_changed_unseen_is_withdrawn(owner: User) -> None:
    """As when the worker wrote it from what it had read a moment before the call was moved."""
    booking = confirmed(owner)
    reminders.queue_due(STARTS_AT - DAY)
    BookingRequest.objects.filter(pk=booking.pk).update(sequence=1, starts_at=STARTS_AT - 20 * HOUR)

    assert deliver(STARTS_AT - DAY) == []
    assert states(Kind.REMINDER_DAY) == [State.WITHDRAWN]


@pytest.mark.parametrize(
    ("queued", "delivered", "expected"),
    [
        (DAY, HOUR + MINUTE, ["Your strategy call is coming up"]),
        (DAY, HOUR, []),
        (HOUR, MINUTE, ["A strategy call begins soon", "Your strategy call begins soon"]),
        (HOUR, 0 * MINUTE, []),
    ],
)
def test_mail_server_that_was_down_too_long_makes_no_late_reminder(
    owner: User, queued: timedelta, delivered: timedelta, expected: list[str]
) -> None:
    confirmed(owner)
    reminders.queue_due(STARTS_AT - queued)

    assert sorted(deliver(STARTS_AT - delivered)) == expected


def test_outcome_recorded_before_the_question_went_out_answers_it(owner: User) -> None:
    booking = confirmed(owner)
    reminders.queue_due(STARTS_AT + HOUR)
    booking.mark_attended(by=owner, at=STARTS_AT + HOUR)

    assert deliver(STARTS_AT + HOUR) == []
    assert states(Kind.OUTCOME_QUESTION) == [State.WITHDRAWN]


def test_cancelled_call_takes_its_waiting_mails_along(owner: User) -> None:
    booking = confirmed(owner)
    reminders.queue_due(STARTS_AT - HOUR)

    booking.cancel(by=owner, at=STARTS_AT - HOUR)

    assert states(Kind.REMINDER_HOUR) == states(Kind.BRIEF) == [State.WITHDRAWN]
    assert deliver(STARTS_AT - HOUR) == ["Your strategy call is cancelled"]


# --- Its cost


def test_cost_does_not_grow_with_past_calls(owner: User) -> None:
    confirmed(owner)

    def queries_at_a_round() -> int:
        with CaptureQueriesContext(connection) as queries:
            reminders.queue_due(STARTS_AT - DAY)
        return len(queries)

    queries_at_a_round()
    few = queries_at_a_round()
    for week in range(2, 6):
        starts_at = STARTS_AT - week * 7 * DAY
        confirmed(owner, starts_at=starts_at, told_at=starts_at - 3 * DAY)

    assert queries_at_a_round() == few


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite for its plan")
def test_calls_of_the_week_are_found_by_an_index() -> None:
    calls = BookingRequest.objects.confirmed_between(STARTS_AT, STARTS_AT + DAY)

    assert "calls_by_status_and_time (status=? AND starts_at>? AND starts_at<?)" in calls.explain()
