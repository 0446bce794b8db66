"""What the booking page promises: within which time a request is usually answered.

“Usually” is three out of four. With a median every other prospect would wait longer than was said, and with
nine out of ten a single holiday would speak for the whole month.

The answered requests alone would make too good a figure: whoever was never answered, or withdrew after a week
of silence, would not be in it. So each of those counts for as long as it is known to have waited, and the
figure is read from the curve of Kaplan and Meier (“Nonparametric estimation from incomplete observations”,
1958): who waits longer than the figure counts against it, and who asked a minute ago says nothing yet.

Requests that wait for a free time are left out. They have their answer; it is the time that is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Exists, OuterRef, Subquery

from leads.models import BookingEvent, BookingRequest, TimeOffer

REACHES_BACK = timedelta(days=30)
FEWEST_REPLIES = 10
"""With fewer, nothing is said: it would be a promise from a handful of lucky days."""
NEWEST = 200
"""No more requests are read than these, so that the page stays as quick in a month of thousands."""
STILL_WAITING = Fraction(1, 4)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wait:
    length: timedelta
    was_answered: bool
    """Otherwise it ended by the prospect's own hand, or has not ended yet."""


def reply_promise(at: datetime) -> str:
    """Like “within 5 hours”, as of the instant `at`; empty, when too little is known to promise anything."""
    wait = usual_wait(waits(at))
    return in_words(wait) if wait is not None else ""


def waits(at: datetime) -> list[Wait]:
    """How long each request of the last 30 days waited for its first reply, the newest of them."""
    withdrawn = BookingEvent.objects.filter(booking=OuterRef("pk"), kind=BookingEvent.Kind.CANCELLED)
    requests = (
        BookingRequest.objects.believed()
        .filter(created_at__gt=at - REACHES_BACK, created_at__lte=at)
        .exclude(on_waiting_list=True)
        .exclude(Exists(TimeOffer.objects.filter(booking=OuterRef("pk"))))
        .order_by("-created_at")
        .values_list("created_at", "first_reply_at", Subquery(withdrawn.values("at")[:1]))
    )
    return [
        Wait(max((replied or gone or at) - asked, timedelta()), was_answered=replied is not None)
        for asked, replied, gone in requests[:NEWEST]
    ]


def usual_wait(waits: Iterable[Wait]) -> timedelta | None:
    """The shortest time within which three out of four are answered. None, when it cannot be told."""
    in_order = sorted(waits, key=lambda wait: (wait.length, not wait.was_answered))
    if sum(wait.was_answered for wait in in_order) < FEWEST_REPLIES:
        return None
    waiting = Fraction(1)
    for ahead, wait in enumerate(in_order):
        if wait.was_answered:
            at_risk = len(in_order) - ahead
            waiting *= Fraction(at_risk - 1, at_risk)
        if waiting <= STILL_WAITING:
            return wait.length
    return None


def in_words(wait: timedelta) -> str:
    """Rounded up, so that it is never shorter than it is."""
    hours, days = -(-wait // HOUR), -(-wait // DAY)
    if hours <= 1:
        return "within an hour"
    return f"within {hours} hours" if hours <= 24 else f"within {days} days"
