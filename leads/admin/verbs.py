"""What staff can do with a request: one row a button, for the request's page and for the list alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from leads.letters import standard_not_now
from leads.models import BookingRequest, Outcome, Status


class Act(Protocol):
    def __call__(self, booking: BookingRequest, /, *, by: User, at: datetime) -> None: ...


@dataclass(frozen=True)
class Verb:
    name: str
    """Its part of the address."""
    label: str
    act: Act
    is_possible: Callable[[BookingRequest], bool]
    done: str
    """What is said afterwards, once it is true."""
    tells_of_the_call: bool = False
    """Whether it says what became of the call, which nobody knows before its time."""
    warning: str = ""
    """What cannot be taken back: then a second button has to be pressed."""

    def is_offered(self, booking: BookingRequest, *, at: datetime) -> bool:
        is_early = self.tells_of_the_call and booking.starts_at is not None and booking.starts_at > at
        return self.is_possible(booking) and not is_early


def _move(name: str, label: str, act: Act, to: Status, done: str, *, warning: str = "") -> Verb:
    tells_of_the_call = to in {Status.ATTENDED, Status.NO_SHOW}
    return Verb(name, label, act, lambda booking: booking.can_become(to), done, tells_of_the_call, warning)


def _record(outcome: Outcome) -> Verb:
    def act(booking: BookingRequest, /, *, by: User, at: datetime) -> None:
        booking.record_outcome(outcome, by=by, at=at)

    def is_possible(booking: BookingRequest) -> bool:
        return booking.status == Status.ATTENDED and booking.outcome != outcome

    return Verb(
        f"outcome-{outcome}",
        outcome.label,
        act,
        is_possible,
        f"Recorded: {outcome.label.lower()}. No mail is sent.",
    )


MOVES = [
    _move(
        "confirm",
        "Confirm",
        BookingRequest.confirm,
        Status.CONFIRMED,
        "Confirmed. The confirmation is on its way to the prospect.",
    ),
    _move(
        "decline",
        "Decline",
        BookingRequest.decline,
        Status.DECLINED,
        "Declined. The refusal is on its way to the prospect.",
        warning="The prospect gets a short refusal by mail. For words of your own, choose “Not now, kindly”.",
    ),
    _move(
        "attended",
        "Mark as attended",
        BookingRequest.mark_attended,
        Status.ATTENDED,
        "Marked as attended. No mail is sent.",
    ),
    _move(
        "no-show",
        "Mark as no-show",
        BookingRequest.mark_no_show,
        Status.NO_SHOW,
        "Marked as no-show. No mail is sent.",
    ),
    _move(
        "cancel",
        "Cancel",
        BookingRequest.cancel,
        Status.CANCELLED,
        "Cancelled. The cancellation is on its way to the prospect.",
        warning="The prospect is told by mail, and the time is open to others again.",
    ),
    _move(
        "restore",
        "Restore: it is no spam",
        BookingRequest.restore,
        Status.REQUESTED,
        "Restored. The receipt is on its way to the prospect.",
    ),
    _move(
        "spam",
        "It is spam",
        BookingRequest.suspect,
        Status.SUSPECTED,
        "Set aside as spam. No mail is sent; whatever waited is withdrawn.",
    ),
]


def _say_not_now(booking: BookingRequest, /, *, by: User, at: datetime) -> None:
    booking.not_now(standard_not_now(booking), by=by, at=at)


NOT_NOW = Verb(
    "not-now",
    "Not now, kindly",
    _say_not_now,
    lambda booking: booking.can_be_told_not_now,
    "Answered “not now”. The letter is on its way to the prospect.",
)
"""On a request’s page the letter is shown before it leaves, so there it is a page and no button."""

OUTCOMES = [_record(outcome) for outcome in Outcome]
VERBS = {verb.name: verb for verb in [*MOVES, *OUTCOMES]}


def staff_of(request: HttpRequest) -> User:
    """Whoever acts. The desk lets nobody in who has not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
