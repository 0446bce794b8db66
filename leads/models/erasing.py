"""How a request loses its person. The verb is a method of BookingRequest; what becomes of each field is said
in `leads.privacy.treatment`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.models import User

from leads.models.held_time import HeldTime
from leads.models.status import Status

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

ERASED = "Erased"
"""Stands where a name stood."""


def is_open(self: BookingRequest, at: datetime) -> bool:
    """Whether somebody still has to answer it, or its call is still to come."""
    is_over = self.ends_at is not None and self.ends_at <= at
    return self.status == Status.REQUESTED or (self.is_confirmed and not is_over)


def erase(self: BookingRequest, *, by: User | None, at: datetime) -> None:
    """The person goes, the counts stay. An open request is cancelled first, without a mail about it.

    Repeating it changes nothing.
    """
    from leads.privacy.erasing import take_out_of  # It reads the models.

    with self._in_turn():
        if self.erased_at:
            return
        if self.is_open(at):
            self._advance(to=Status.CANCELLED, by=by, at=at, sequence=self.sequence + 1)
            HeldTime.release(self)
            self._close_offers(at)
            self._pass_on_what_is_free(at)
        take_out_of(self, at=at)
