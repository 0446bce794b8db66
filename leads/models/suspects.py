"""Requests that look like spam: stored like any other, but without a time, a mail or a webhook, until staff
restore them. These verbs are methods of BookingRequest, which keeps their fields."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from leads import emails
from leads.models.event import BookingEvent
from leads.models.held_time import HeldTime, TimeTaken
from leads.models.message import Message
from leads.models.stale import Stale
from leads.models.status import Status

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

BY_STAFF = "staff"


def suspect(self: BookingRequest, *, by: User, at: datetime) -> None:
    """Staff take it for spam: its time goes to others, and mails that wait are not sent. Raises Stale."""
    with self._in_turn():
        self._advance(to=Status.SUSPECTED, by=by, at=at, suspicion=BY_STAFF)
        HeldTime.release(self)
        self._close_offers(at)
        Message.objects.waiting().filter(booking=self).update(state=Message.State.WITHDRAWN)
        self._pass_on_what_is_free(at)


def restore(self: BookingRequest, *, by: User, at: datetime) -> None:
    """It was a person after all: from now on it is a request like any other, and the mails that it did not
    cause when it came are queued. Has its time gone meanwhile, it goes on without one. Raises Stale."""
    with self._in_turn():
        if self.status != Status.SUSPECTED:
            raise Stale(self)
        kept = _hold_if_free(self, at)
        changes = {} if kept else {"starts_at": None, "ends_at": None, "promised_clock": ""}
        lost = "" if kept or not self.starts_at else "Its time had gone meanwhile."
        self._change({Status.SUSPECTED}, status=Status.REQUESTED, sequence=self.sequence + 1, **changes)
        self._record(BookingEvent.Kind.RESTORED, by=by, at=at, text=lost)
        self._record(BookingEvent.Kind.REQUESTED, by=None, at=at)
        Message.queue(emails.acknowledgement(self), emails.staff_notice(self))


def suspicions(self: BookingRequest) -> list[str]:
    """The names of the layers that caught it, also after it was restored."""
    return self.suspicion.split(",") if self.suspicion else []


def _hold_if_free(booking: BookingRequest, at: datetime) -> bool:
    if not (booking.starts_at and booking.ends_at) or booking.starts_at <= at:
        return False
    try:
        HeldTime.hold(booking, booking.starts_at, booking.ends_at)
    except TimeTaken:
        return False
    return True
