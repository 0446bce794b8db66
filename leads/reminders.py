"""Mails that the clock causes: reminders to the prospect, and to staff a brief before a call and a
question after it.

Each is due from one instant until another, and is queued when it is due and not yet queued, never at an
exact moment: a worker that stood still catches up, and what has lapsed meanwhile stays unsent. The day's
reminder lapses when the hour's is due, so that both never arrive together. A reminder is left out when
the prospect learnt the time shortly before it would be due, or later: the mail that told it is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Max, QuerySet

from leads import emails
from leads.models import BookingEvent, BookingRequest, Message

NOW = timedelta()
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ASK_FOR_OUTCOME_WITHIN = 7 * DAY
LONGEST_CALL = timedelta(hours=8)
TOLD_SHORTLY_BEFORE = HOUR


@dataclass(frozen=True)
class Reminder:
    """One kind of mail, and when it is due, reckoned from the start or the end of a call."""

    kind: Message.Kind
    write: Callable[[BookingRequest], Message]
    begins: timedelta
    ends: timedelta
    reckoned_from: Literal["starts_at", "ends_at"] = "starts_at"
    repeats_what_was_told: bool = False

    def is_due(self, call: BookingRequest, at: datetime) -> bool:
        begins, ends = self.window(call)
        return begins <= at < ends

    def window(self, call: BookingRequest) -> tuple[datetime, datetime]:
        instant: datetime = getattr(call, self.reckoned_from)
        return instant + self.begins, instant + self.ends

    def is_needless(self, call: BookingRequest, told_at: datetime | None) -> bool:
        if not (self.repeats_what_was_told and told_at):
            return False
        return told_at + TOLD_SHORTLY_BEFORE > self.window(call)[0]

    def occasion(self, call: BookingRequest) -> str:
        """Changes when the call is moved, so that its new time is reminded of anew."""
        return f"{self.kind}:{call.pk}:{call.sequence}"

    def message(self, call: BookingRequest) -> Message:
        message = self.write(call)
        message.occasion = self.occasion(call)
        message.give_up_at = self.window(call)[1]
        return message


REMINDERS = {
    reminder.kind: reminder
    for reminder in [
        Reminder(Message.Kind.REMINDER_DAY, emails.reminder_day, -DAY, -HOUR, repeats_what_was_told=True),
        Reminder(Message.Kind.REMINDER_HOUR, emails.reminder_hour, -HOUR, NOW, repeats_what_was_told=True),
        Reminder(Message.Kind.BRIEF, emails.brief, -HOUR, NOW),
        Reminder(
            Message.Kind.OUTCOME_QUESTION, emails.outcome_question, NOW, ASK_FOR_OUTCOME_WITHIN, "ends_at"
        ),
    ]
}


def queue_due(at: datetime) -> int:
    """Queues what is due at the instant `at` and not yet queued; returns how many. Several workers may do
    so at once. Its cost depends on the calls of one week, not on those of the past."""
    due = list(_due(at))
    occasions = [reminder.occasion(call) for reminder, call in due]
    known = set(Message.objects.filter(occasion__in=occasions).values_list("occasion", flat=True))
    fresh = [reminder.message(call) for reminder, call in due if reminder.occasion(call) not in known]
    Message.queue_once(*fresh)
    return len(fresh)


def still_holds(message: Message, at: datetime) -> bool:
    """Whether what a queued mail says is true at its delivery: the call may have been moved meanwhile."""
    reminder = REMINDERS.get(Message.Kind(message.kind))
    if reminder is None or message.booking is None:
        return True
    call = message.booking
    if call.erased_at:
        return False
    return call.is_confirmed and message.occasion == reminder.occasion(call) and at < reminder.window(call)[1]


def _due(at: datetime) -> Iterator[tuple[Reminder, BookingRequest]]:
    begins = at - ASK_FOR_OUTCOME_WITHIN - LONGEST_CALL
    calls = BookingRequest.objects.confirmed_between(begins, at + DAY + HOUR).filter(erased_at=None)
    told = _last_told(calls)
    for call in calls:
        for reminder in REMINDERS.values():
            if reminder.is_due(call, at) and not reminder.is_needless(call, told.get(call.pk)):
                yield reminder, call


def _last_told(calls: QuerySet[BookingRequest]) -> dict[int, datetime]:
    """When the prospect last learnt the time of each call."""
    kinds = [BookingEvent.Kind.CONFIRMED, BookingEvent.Kind.MOVED]
    told = BookingEvent.objects.filter(booking__in=calls, kind__in=kinds)
    return dict(told.order_by("booking").values_list("booking").annotate(Max("at")))
