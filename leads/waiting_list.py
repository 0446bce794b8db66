"""The waiting list: a freed time goes to the first in line, by an offer that expires, then to the next.

The time is held while it is offered, like that of any request, so that nobody else can have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from leads import emails
from leads.clock import in_words
from leads.models import (
    BookingEvent,
    BookingRequest,
    CallRules,
    HeldTime,
    Message,
    Stale,
    TimeOffer,
    TimeTaken,
)
from leads.open_times import open_times
from leads.turn import calendar_turn


def advance(at: datetime) -> None:
    """Passes on the offers that have expired by the instant `at`. The worker's part."""
    expired = TimeOffer.objects.expired(at).select_related("booking")
    if expired.exists() or BookingRequest.objects.in_line().exists():
        with calendar_turn():
            for offer in expired:
                close(offer, at=at)
            offer_open_times(at)


def offer_open_times(at: datetime) -> None:
    """Offers what is open to those in line, one time to each. Call it in a calendar turn."""
    for booking in BookingRequest.objects.in_line():
        # Reckoned anew for each: an offer counts as a call, and may fill its day or its week.
        if not _offer_one_of(open_times(at).starts, booking, at=at):
            return


def _offer_one_of(starts: Sequence[datetime], booking: BookingRequest, *, at: datetime) -> bool:
    for starts_at in starts:
        # Whatever made it free, as a cancellation, must not fail because it cannot be offered after all.
        with suppress(TimeTaken):
            offer_time(booking, starts_at, at=at)
            return True
    return False


def offer_time(booking: BookingRequest, starts_at: datetime, *, at: datetime) -> None:
    rules = CallRules.current()
    ends_at = starts_at + rules.length
    HeldTime.hold(booking, starts_at, ends_at)
    offer = booking.offers.create(
        starts_at=starts_at,
        ends_at=ends_at,
        made_at=at,
        expires_at=min(at + timedelta(hours=rules.offer_hours), starts_at),
    )
    booking.events.create(kind=BookingEvent.Kind.OFFERED, at=at, text=in_words(starts_at))
    Message.queue(emails.time_offer(booking, offer))


def close(offer: TimeOffer, *, at: datetime) -> None:
    TimeOffer.objects.filter(pk=offer.pk).update(closed_at=at)
    HeldTime.release(offer.booking)


def accept(booking: BookingRequest, *, at: datetime) -> None:
    """The prospect takes the time that is kept for them.

    Raises TimeTaken when the offer has expired, and Stale when they have a time already.
    """
    offer = TimeOffer.objects.open().filter(booking=booking, expires_at__gt=at).first()
    if offer:
        booking.move(offer.starts_at, by=None, at=at)
    elif booking.starts_at:
        raise Stale(booking)
    else:
        raise TimeTaken(at)
