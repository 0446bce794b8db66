"""Open times as a prospect chooses among them: by day, on the clock of the prospect's own zone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

NONE_SUITS = "none"
"""What the form sends when no open time suits."""


@dataclass(frozen=True)
class TimeChoice:
    instant: datetime
    zone: ZoneInfo
    is_first: bool = False
    is_gone: bool = False
    is_close: bool = False
    """Close to the time that was wanted and is gone."""

    @property
    def value(self) -> str:
        return as_value(self.instant)

    @property
    def local(self) -> datetime:
        return self.instant.astimezone(self.zone)


@dataclass(frozen=True)
class DayOfChoices:
    date: date
    choices: list[TimeChoice]


def by_day(
    starts: Iterable[datetime],
    zone: str,
    *,
    gone: datetime | None = None,
    close: Collection[datetime] = (),
) -> list[DayOfChoices]:
    """The times in their order, under the dates that they have in `zone`; what is gone stands among them."""
    open_ = list(starts)
    choices = [
        TimeChoice(
            time, ZoneInfo(zone), is_first=time == open_[0], is_gone=time == gone, is_close=time in close
        )
        for time in sorted({*open_, *([gone] if gone else [])})
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
        return datetime.strptime(value, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
