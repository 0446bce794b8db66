from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from django.conf import settings

from leads.models import CallRules, Canary
from leads.open_times import OpenTimes, open_times


class Glance:
    """One look at the desk: its instant, and what several of its parts want to know then, asked once."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    @cached_property
    def times(self) -> OpenTimes:
        return open_times(self.at)

    @cached_property
    def canary(self) -> Canary | None:
        """None where it does not fly."""
        return Canary.objects.first() if settings.CANARY_MINUTES else None

    @property
    def rules(self) -> CallRules:
        return self.times.calendar.rules

    @property
    def today(self) -> date:
        """By the coach's calendar."""
        return self.day_of(self.at)

    def day_of(self, instant: datetime) -> date:
        return self.rules.day_of(instant)
