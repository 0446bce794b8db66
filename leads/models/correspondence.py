"""What staff write to a prospect about a request.

These are methods of BookingRequest, which keeps when the first reply was. A letter leaves through the outbox,
in the transaction of its line in the history; the same letter sent twice, as by a second click, leaves once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import transaction

from leads import emails
from leads.models.event import BookingEvent
from leads.models.message import Message
from leads.models.stale import Stale
from leads.models.status import Outcome, Status

if TYPE_CHECKING:
    from leads.letters import Letter
    from leads.models.booking import BookingRequest

LED_NOWHERE = {Outcome.NOT_A_FIT, Outcome.LATER}
REPLIES = {
    BookingEvent.Kind.CONFIRMED,
    BookingEvent.Kind.DECLINED,
    BookingEvent.Kind.NOT_NOW,
    BookingEvent.Kind.CANCELLED,
    BookingEvent.Kind.MOVED,
    BookingEvent.Kind.WROTE,
}
"""What reaches the prospect when staff do it: the first of these is the first reply to a request."""


def write(self: BookingRequest, letter: Letter, *, by: User, at: datetime) -> None:
    """Mails the prospect what staff wrote, whatever the request is by now."""
    with transaction.atomic():
        if Message.queue_new(emails.reply(self, letter)):
            self._record(BookingEvent.Kind.WROTE, by=by, at=at, text=letter.subject)


def not_now(self: BookingRequest, letter: Letter, *, by: User, at: datetime) -> None:
    """Declines in kind words. After a call that led nowhere for now it says them and changes nothing else.

    Raises Stale when somebody decided first, or said them before.
    """
    with self._in_turn():
        if not Message.queue_new(emails.not_now(self, letter)):
            return
        if not self.can_be_told_not_now:
            raise Stale(self)
        if self.can_become(Status.DECLINED):
            self._advance(to=Status.DECLINED, by=by, at=at)
            self._free_its_time(at)
        self._record(BookingEvent.Kind.NOT_NOW, by=by, at=at, text=letter.text)


def can_be_told_not_now(self: BookingRequest) -> bool:
    """Once, in place of a call or after one that led nowhere for now."""
    return (self.status == Status.REQUESTED or self.outcome in LED_NOWHERE) and not self.kind_words


def kind_words(self: BookingRequest) -> str:
    """What the prospect was told with “not now”; empty: they were not."""
    said = self.events.filter(kind=BookingEvent.Kind.NOT_NOW).last()
    return said.text if said else ""


def note_reply(self: BookingRequest, kind: BookingEvent.Kind, *, by: User | None, at: datetime) -> None:
    """Keeps when staff first reached the prospect. Of two who reply at once, the first stays."""
    if by and kind in REPLIES and self.first_reply_at is None:
        unanswered = type(self).objects.filter(pk=self.pk, first_reply_at=None)
        self.first_reply_at = at if unanswered.update(first_reply_at=at) else None
