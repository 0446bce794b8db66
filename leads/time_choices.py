"""Open times as a prospect chooses among them: by day, on the clock of the prospect's own zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from leads import zones
from leads.clock import on_the_clock

NONE_SUITS = "none"
"""What the form sends when no open time suits."""

OUR_CENTURY = range(2000, 2100)
"""Instants at the ends of the calendar cannot be told in every zone."""


@dataclass(frozen=True)
class TimeChoice:
    instant: datetime
    zone: ZoneInfo
    is_open: bool = True
    is_first: bool = False
    """The first that is open, to which a summary of errors leads."""
    note: str = ""
    """A word about it, such as “taken”."""
    half_days: bool = False

    @property
    def value(self) -> str:
        return as_value(self.instant)

    @property
    def local(self) -> datetime:
        return self.instant.astimezone(self.zone)

    @property
    def clock(self) -> str:
        """Like “16:15” or “4:15 p.m.”; in the hour that comes twice when clocks go back, also which it is."""
        other = self.local.replace(fold=1 - self.local.fold)
        is_twice = other.utcoffset() != self.local.utcoffset()
        clock = on_the_clock(self.local, half_days=self.half_days)
        return f"{clock} ({zones.offset(self.zone.key, self.instant)})" if is_twice else clock


@dataclass(frozen=True)
class DayOfChoices:
    date: date
    choices: list[TimeChoice]


def by_day(
    starts: Iterable[datetime],
    zone: str,
    *,
    notes: Mapping[datetime, str] | None = None,
    half_days: bool = False,
) -> list[DayOfChoices]:
    """The times in their order, under the dates that they have in `zone`.

    A time that has a note without being open stands among the others, and cannot be chosen.
    """
    open_, notes = set(starts), notes or {}
    first = min(open_, default=None)
    choices = [
        TimeChoice(
            time,
            ZoneInfo(zone),
            is_open=time in open_,
            is_first=time == first,
            note=notes.get(time, ""),
            half_days=half_days,
        )
        for time in sorted(open_ | notes.keys())
    ]
    return [
        DayOfChoices(day, list(times)) for day, times in groupby(choices, lambda choice: choice.local.date())
    ]


def as_value(instant: datetime) -> str:
    """An instant as the form sends it: `2026-11-24T14:30Z`, whatever the zone it was shown in."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def from_value(value: str) -> datetime | None:
    """The instant of a value of the form; nothing for anything else."""
    try:
        instant = datetime.strptime(value, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return instant if instant.year in OUR_CENTURY else None
