"""What staff mean to do about a request: who has it, what comes next and when, and its tags.

These verbs are methods of BookingRequest, which keeps their fields. An object in hand stands for what
its actor saw: where the row says something else by now, a colleague was faster, and nothing is changed.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.db import transaction

from leads.models.event import BookingEvent
from leads.models.hours import CallRules
from leads.models.stale import Reassigned, Replanned, Stale
from leads.models.status import Outcome
from leads.models.tag import Tag

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

NOTHING = "nothing"
NOBODY = "nobody"


def assign(self: BookingRequest, to: User | None, *, by: User, at: datetime) -> None:
    """Gives the request to a member of staff, or to nobody. Raises Reassigned."""
    if self.assigned_to == to:
        return
    with transaction.atomic():
        before = self.assignee
        _replace(self, Reassigned, assigned_to=to)
        self._record(BookingEvent.Kind.ASSIGNED, by=by, at=at, text=f"{before} → {self.assignee}")


def plan(self: BookingRequest, action: str, on: date | None, *, by: User, at: datetime) -> None:
    """Says what comes next, and on which day by the coach's calendar. No words and no day: nothing does.

    Raises Replanned. The database refuses a day without words, and words without a day.
    """
    if (self.next_action, self.next_action_on) == (action, on):
        return
    with transaction.atomic():
        before = self.planned
        _replace(self, Replanned, next_action=action, next_action_on=on)
        self._record(BookingEvent.Kind.PLANNED, by=by, at=at, text=f"{before} → {self.planned}")


def tag(self: BookingRequest, *names: str, by: User, at: datetime) -> None:
    """Adds tags by their names, whatever their case; new names become new tags."""
    with transaction.atomic():
        _retag(self, {*self.tags.all(), *Tag.objects.named(names)}, by=by, at=at)


def untag(self: BookingRequest, *names: str, by: User, at: datetime) -> None:
    """Takes tags away. The tags themselves stay, for other requests."""
    leaving = {name.casefold() for name in names}
    with transaction.atomic():
        staying = {tag for tag in self.tags.all() if tag.name.casefold() not in leaving}
        _retag(self, staying, by=by, at=at)


def assignee(self: BookingRequest) -> str:
    """Who has it, by name."""
    return (self.assigned_to.get_full_name() or self.assigned_to.username) if self.assigned_to else NOBODY


def planned(self: BookingRequest) -> str:
    """What comes next, like “Call back, Fri 27 Nov 2026”."""
    on = self.next_action_on
    return f"{self.next_action}, {on:%a} {on.day} {on:%b %Y}" if on else NOTHING


def result(outcome: str, value: Decimal | None) -> str:
    """What came of a call, like “Signed, EUR 4,800.00”; empty as long as nothing did."""
    if not outcome:
        return ""
    label = str(Outcome(outcome).label)
    return label if value is None else f"{label}, {CallRules.current().currency} {value:,.2f}"


def _replace(booking: BookingRequest, refusal: type[Stale], **changes: Any) -> None:
    """Changes the row only while it says what the object says, so that of two hands one wins."""
    as_seen = {name: getattr(booking, name) for name in changes}
    if not type(booking).objects.filter(pk=booking.pk, erased_at=None, **as_seen).update(**changes):
        booking.refresh_from_db()
        raise Stale(booking) if booking.erased_at else refusal(booking)
    for name, value in changes.items():
        setattr(booking, name, value)


def _retag(booking: BookingRequest, tags: set[Tag], *, by: User, at: datetime) -> None:
    before = set(booking.tags.all())
    if tags == before:
        return
    booking.tags.add(*tags - before)
    booking.tags.remove(*before - tags)
    text = f"{_names(before)} → {_names(tags)}"
    booking._record(BookingEvent.Kind.TAGGED, by=by, at=at, text=text)


def _names(tags: set[Tag]) -> str:
    return ", ".join(sorted((tag.name for tag in tags), key=str.casefold)) or "no tags"
