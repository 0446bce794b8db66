"""Why a change was refused: somebody else was faster, or the call has begun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leads.clock import in_words

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest


class Stale(Exception):
    """Somebody else changed the request first. The text says what it is now."""

    def __init__(self, booking: BookingRequest) -> None:
        self.booking = booking
        state = "erased" if booking.erased_at else booking.get_status_display().lower()
        super().__init__(f"This request is {state} already.")


class Moved(Stale):
    """Its status is the same, but somebody gave the call another time."""

    def __init__(self, booking: BookingRequest) -> None:
        super().__init__(booking)
        self.args = (f"This call was moved in the meantime, to {in_words(booking.starts_at)}.",)


class Reassigned(Stale):
    """A colleague gave it to somebody else in the meantime."""

    def __init__(self, booking: BookingRequest) -> None:
        super().__init__(booking)
        self.args = (f"A colleague assigned this request in the meantime, to {booking.assignee}.",)


class Replanned(Stale):
    """A colleague planned something else in the meantime."""

    def __init__(self, booking: BookingRequest) -> None:
        super().__init__(booking)
        self.args = (f"A colleague changed the next action in the meantime. Now it is: {booking.planned}.",)


class TooLate(Exception):
    """The call has begun or is over, so its prospect cannot change it any more."""
