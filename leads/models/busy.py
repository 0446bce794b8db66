"""The coach's other calendar: its address, and the busy times last read from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from leads.models.hours import CalendarSetting
from leads.outside import Refused, target_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

STALE_AFTER = timedelta(hours=6)


def readable_address(value: str) -> None:
    try:
        target_of(value)
    except Refused as error:
        raise ValidationError(str(error)) from error


class BusyCalendar(CalendarSetting):
    """A calendar that can be read from a secret https address, as ICS."""

    name = models.CharField(max_length=80)
    url = models.CharField(
        "address",
        max_length=500,
        validators=[readable_address],
        help_text="The secret https address, ending in .ics.",
    )
    read_at = models.DateTimeField("last read well", null=True, blank=True, editable=False)
    next_read_at = models.DateTimeField(default=timezone.now, editable=False)
    last_error = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    if TYPE_CHECKING:
        times: RelatedManager[BusyTime]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def is_stale(self, at: datetime) -> bool:
        """Whether the copy is so old that staff must know."""
        return at - self.good_since > STALE_AFTER

    @property
    def good_since(self) -> datetime:
        return self.read_at or self.created_at

    def read_soon(self, *, at: datetime) -> None:
        """Makes it due, so that the worker reads it at its next round."""
        self._note(next_read_at=at)

    def note_success(self, *, at: datetime, next_read_at: datetime, warning: str = "") -> None:
        self._note(read_at=at, next_read_at=next_read_at, last_error=warning)

    def note_failure(self, error: str) -> None:
        self._note(last_error=error)

    def _note(self, **changes: Any) -> None:
        """Changes the row alone: staff may be editing the name or the address at the same time."""
        # When it was read decides about no time, and is no change of the calendar.
        BusyCalendar._base_manager.filter(pk=self.pk).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)


class BusyTimeQuerySet(models.QuerySet["BusyTime"]):
    def between(self, begins: datetime, ends: datetime) -> Self:
        return self.filter(ends_at__gt=begins, starts_at__lt=ends)


class BusyTime(models.Model):
    """A stretch of time in which the coach is busy with something else."""

    calendar = models.ForeignKey(BusyCalendar, on_delete=models.CASCADE, related_name="times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    objects = BusyTimeQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="busy_time_has_a_length")
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%H:%M} UTC"
