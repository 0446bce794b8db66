"""How a request is stored with its time, and how it gets another: methods of BookingRequest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads import emails
from leads.addresses import canonical_address
from leads.clock import in_words
from leads.models.event import BookingEvent
from leads.models.held_time import HeldTime
from leads.models.hours import CallRules
from leads.models.message import Message
from leads.models.status import LIVE, Status
from leads.turn import begin_turn

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest


def submit(self: BookingRequest, *, at: datetime, weigh: Callable[[], str] = str) -> BookingRequest:
    """Stores the request with its time, first event and Messages, all or nothing.

    `weigh` says what makes it suspicious, in the same transaction: what it counts is counted only when
    the request is stored. Returns the stored request, which is an earlier one when the same form was sent
    before. Raises TimeTaken when its time went to somebody else, and what `weigh` raises.
    """
    as_given = vars(self).copy()
    try:
        with transaction.atomic():
            self.suspicion = self.suspicion or weigh()
            _store(self, at)
    except IntegrityError:
        twin = type(self).everything.filter(fingerprint=self.fingerprint).first()
        if twin is None:
            raise
        return twin
    except Exception:
        vars(self).update(as_given)
        raise
    return self


def _store(booking: BookingRequest, at: datetime) -> None:
    booking.created_at = at
    booking.canonical_email = canonical_address(booking.email)
    if booking.starts_at:
        booking.promised_clock = booking._wall_clock(booking.starts_at)
    if booking.suspicion:
        booking.status = Status.SUSPECTED
    booking.save(force_insert=True)
    if booking.suspicion:
        # Neither time nor mail: a program must not empty the calendar or write to strangers.
        booking._record(BookingEvent.Kind.SUSPECTED, by=None, at=at)
    else:
        booking._record(BookingEvent.Kind.REQUESTED, by=None, at=at)
        Message.queue(emails.acknowledgement(booking), emails.staff_notice(booking))
        _take_first(booking, at)
    if booking.is_canary:
        _disturb_nobody(booking)


def _take_first(booking: BookingRequest, at: datetime) -> None:
    """Last of all, since from here on everybody else who wants a time waits for the commit."""
    begin_turn()
    if booking.starts_at and booking.ends_at:
        HeldTime.hold_first(booking, booking.starts_at, booking.ends_at)
        booking._check_limits(booking.starts_at, at=at)


def _disturb_nobody(booking: BookingRequest) -> None:
    """Before anybody can see it, the canary lets go of its time, and of its mails and webhooks."""
    HeldTime.release(booking)
    Message.objects.webhooks().filter(booking=booking).delete()
    booking.messages.update(state=Message.State.WITHDRAWN, last_error="The canary’s own: not to be sent.")


def move(self: BookingRequest, starts_at: datetime, *, by: User | None, at: datetime) -> None:
    """Gives the call another time, or its first. A prospect (`by` nobody) chooses among the open ones.

    Raises TimeTaken, TooLate, and Stale when the request moved on or was moved in between. To the time
    that it has, as by a second click, it changes nothing.
    """
    with self._in_turn():
        self._check_may_change(by, at)
        if self.starts_at != starts_at:
            _take_another(self, starts_at, by=by, at=at)


def _take_another(booking: BookingRequest, starts_at: datetime, *, by: User | None, at: datetime) -> None:
    before, ends_at = booking.starts_at, starts_at + CallRules.current().length
    HeldTime.hold(booking, starts_at, ends_at)
    booking._change(
        LIVE,
        starts_at=starts_at,
        ends_at=ends_at,
        on_waiting_list=False,
        sequence=booking.sequence + 1,
        promised_clock=booking._wall_clock(starts_at),
    )
    booking._close_offers(at)
    if not by:
        booking._check_limits(starts_at, at=at)
    text = f"{in_words(before)} → {in_words(starts_at)}"
    booking._record(BookingEvent.Kind.MOVED, by=by, at=at, text=text)
    Message.queue(emails.moved(booking), *([] if by else [emails.moved_notice(booking)]))
    booking._pass_on_what_is_free(at)
