"""When calls are possible, and when not. `leads.open_times` turns these into times to choose from."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from leads import zones
from leads.turn import calendar_turn
from pages import memory
from pages.delivery import version
from pages.memory import Kept
from pages.models.singleton import Singleton

CELL = timedelta(minutes=5)
"""Calls start and end on multiples of this, so that any two that overlap share a whole cell."""

MINUTE = timedelta(minutes=1)
LONGEST_CALL = 480 * MINUTE


def known_zone(value: str) -> None:
    if not zones.is_known(value):
        raise ValidationError("Enter a time zone like Europe/Amsterdam.")


def whole_cells(minutes: int) -> None:
    if minutes % (CELL.seconds // 60):
        raise ValidationError("Enter a multiple of 5 minutes.")


def on_a_cell(value: object) -> None:
    minute, second = getattr(value, "minute", 0), getattr(value, "second", 0)
    if second or minute % (CELL.seconds // 60):
        raise ValidationError("Enter a time on a multiple of 5 minutes.")


def between(least: int, most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class CalendarQuerySet(models.QuerySet[Any]):
    def update(self, **changes: Any) -> int:
        with calendar_turn(of_hours=True):
            return super().update(**changes)

    def delete(self) -> tuple[int, dict[str, int]]:
        with calendar_turn(of_hours=True):
            return super().delete()


class CalendarSetting(models.Model):
    """Decides which times are open, so that each change of it is a turn of the calendar."""

    objects = CalendarQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with calendar_turn(of_hours=True):
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with calendar_turn(of_hours=True):
            return super().delete(*args, **kwargs)


class CallRules(CalendarSetting, Singleton):
    """How calls are offered: the coach's zone, their length, the air around them, and how many."""

    time_zone = models.CharField(max_length=64, default="Europe/Amsterdam", validators=[known_zone])
    call_minutes = models.PositiveSmallIntegerField(
        "length of a call",
        default=30,
        validators=[*between(5, LONGEST_CALL // MINUTE), whole_cells],
        help_text="In minutes.",
    )
    gap_minutes = models.PositiveSmallIntegerField(
        "gap between calls", default=15, validators=[*between(0, 480), whole_cells], help_text="In minutes."
    )
    notice_hours = models.PositiveSmallIntegerField(
        "least notice", default=24, validators=between(0, 24 * 30), help_text="In hours."
    )
    horizon_days = models.PositiveSmallIntegerField(
        "horizon", default=14, validators=between(1, 180), help_text="How many days ahead can be booked."
    )
    calls_a_day = models.PositiveSmallIntegerField("most calls a day", default=4, validators=between(1, 96))
    calls_a_week = models.PositiveSmallIntegerField(
        "most calls a week", default=6, validators=between(1, 672), help_text="Monday to Sunday."
    )
    offer_hours = models.PositiveSmallIntegerField(
        "a freed time is kept for",
        default=4,
        validators=between(1, 72),
        help_text="In hours: how long the first on the waiting list may take to answer.",
    )
    currency = models.CharField(
        "currency of clients’ values",
        max_length=3,
        default="EUR",
        db_default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", "Enter three capital letters, like EUR.")],
        help_text="Its code of three letters (ISO 4217), beside what a signed client is worth.",
    )

    class Meta(Singleton.Meta):
        verbose_name = "rules for calls"
        verbose_name_plural = "rules for calls"

    def __str__(self) -> str:
        return f"{self.call_minutes} minutes, {self.time_zone}"

    @classmethod
    def current(cls) -> Self:
        """As this process keeps them until they change; a copy, which may be changed and saved."""
        name = "rules", version.read().hours
        kept: Self = memory.recall(
            name, timezone.now(), lambda: Kept(super(CallRules, cls).current(), None)
        ).thing
        return copy(kept)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def day_of(self, instant: datetime) -> date:
        """Which day the coach's calendar shows at that instant."""
        return instant.astimezone(self.zone).date()

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.call_minutes)

    @property
    def gap(self) -> timedelta:
        return timedelta(minutes=self.gap_minutes)

    @property
    def notice(self) -> timedelta:
        return timedelta(hours=self.notice_hours)

    @property
    def horizon(self) -> timedelta:
        return timedelta(days=self.horizon_days)


class WeeklyHours(CalendarSetting):
    """Hours of one weekday in which calls are possible, by the clock on the coach's wall."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    begins = models.TimeField("from", validators=[on_a_cell])
    ends = models.TimeField("to", validators=[on_a_cell], help_text="00:00 is the end of the day.")

    class Meta:
        ordering = ["weekday", "begins"]
        verbose_name = verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("begins")) | Q(ends="00:00"),
                name="hours_end_after_they_begin",
                violation_error_message="“To” must be later than “from”.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.begins:%H:%M}–{self.ends:%H:%M}"


class Closure(CalendarSetting):
    """Whole days without calls, by the coach's calendar."""

    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=120, blank=True, help_text="For staff; visitors do not see it.")

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="closure_ends_after_it_begins",
                violation_error_message="The last day must not be before the first.",
            )
        ]

    def __str__(self) -> str:
        return self.reason or f"{self.first_day} to {self.last_day}"
