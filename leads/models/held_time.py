"""One holder for each time, by the word of the database.

A request holds its time as rows of five minutes, whose start is their key. Two calls that overlap, of
whatever length, share at least one such row, so the database refuses the second one, on SQLite and on
PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, models, transaction

from leads.models.hours import CELL

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest


class TimeTaken(Exception):
    """Somebody else holds this time or a part of it, or it is not offered any more."""

    def __init__(self, starts_at: datetime) -> None:
        self.starts_at = starts_at
        super().__init__("That time has just gone.")


class HeldTime(models.Model):
    """Five minutes that one request holds, from `starts_at` on."""

    starts_at = models.DateTimeField(primary_key=True)
    booking = models.ForeignKey("leads.BookingRequest", on_delete=models.CASCADE, related_name="held_times")

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"

    @staticmethod
    def hold(booking: BookingRequest, starts_at: datetime, ends_at: datetime) -> None:
        """Gives the booking this time instead of what it held before. Raises TimeTaken."""
        wanted = set(_cells(starts_at, ends_at))
        held = set(booking.held_times.values_list("starts_at", flat=True))
        HeldTime._take(booking, sorted(wanted - held), starts_at)
        booking.held_times.exclude(starts_at__in=wanted).delete()

    @staticmethod
    def hold_first(booking: BookingRequest, starts_at: datetime, ends_at: datetime) -> None:
        """The same for a new request, which holds nothing yet, and fails as a whole when it cannot."""
        HeldTime._take(booking, list(_cells(starts_at, ends_at)), starts_at, savepoint=False)

    @staticmethod
    def _take(
        booking: BookingRequest, cells: list[datetime], starts_at: datetime, *, savepoint: bool = True
    ) -> None:
        """In ascending order, so that two who want the same cells cannot wait for each other."""
        try:
            with transaction.atomic(savepoint=savepoint):
                HeldTime.objects.bulk_create([HeldTime(starts_at=cell, booking=booking) for cell in cells])
        except IntegrityError as error:
            raise TimeTaken(starts_at) from error

    @staticmethod
    def release(booking: BookingRequest) -> None:
        booking.held_times.all().delete()


def _cells(starts_at: datetime, ends_at: datetime) -> Iterator[datetime]:
    while starts_at < ends_at:
        yield starts_at
        starts_at += CELL
