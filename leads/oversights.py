"""What staff may have overlooked in their hours. Nothing of it is forbidden, so it is only said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

from leads.models import CallRules, WeeklyHours
from leads.open_times import Calendar

ANY_DAY = date(2001, 1, 1)


def oversights(calendar: Calendar, at: datetime) -> list[str]:
    """Sentences for staff, each about one thing that is worth a second look."""
    return [*_overlaps(calendar), *_too_short(calendar), *_calls_on_closed_days(calendar, at)]


def _overlaps(calendar: Calendar) -> Iterator[str]:
    for one, other in combinations(calendar.hours, 2):
        if one.weekday == other.weekday and one.begins < _end(other) and other.begins < _end(one):
            yield f"{one} and {_clock(other)} overlap. Times that lie in both are offered once."


def _too_short(calendar: Calendar) -> Iterator[str]:
    for hours in calendar.hours:
        if _length(hours) < calendar.rules.length:
            yield f"{hours} is shorter than a call, which takes {_minutes(calendar.rules)}. It gives no time."


def _calls_on_closed_days(calendar: Calendar, at: datetime) -> Iterator[str]:
    today = calendar.rules.day_of(at)
    for day, count in sorted(calendar.calls_by_day.items()):
        if day >= today and any(
            closure.first_day <= day <= closure.last_day for closure in calendar.closures
        ):
            calls = "1 call stands" if count == 1 else f"{count} calls stand"
            yield f"{day:%A} {day.day} {day:%B} is closed, but {calls} on it. Closing a day cancels nothing."


def _end(hours: WeeklyHours) -> time:
    return time.max if hours.ends == time() else hours.ends


def _length(hours: WeeklyHours) -> timedelta:
    begins = datetime.combine(ANY_DAY, hours.begins, UTC)
    ends = datetime.combine(ANY_DAY, hours.ends, UTC)
    return (ends - begins) % timedelta(days=1) or timedelta(days=1)


def _clock(hours: WeeklyHours) -> str:
    return f"{hours.begins:%H:%M}–{hours.ends:%H:%M}"


def _minutes(rules: CallRules) -> str:
    return f"{rules.call_minutes} minutes"
