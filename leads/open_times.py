"""The times that a prospect may choose now, and in words why a day has none.

`open_times(at)` reads what it needs and is the one answer that the form, the scarcity line, the desk and
the waiting list share. The reckoning itself, `OpenTimes`, is a function of plain values. Weekly hours are
read on the coach's wall clock, day by day, so that a call at nine is at nine before and after a clock
change; lengths and distances are reckoned in UTC. Where clocks go forward, a wall-clock time that does
not exist is not offered; where they go back, a time that exists twice is offered once, at its first
occurrence (RFC 5545, 3.3.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby

from leads.models import BookingRequest, BusyTime, CallRules, Closure, TimeOffer, WeeklyHours
from leads.models.status import IN_THE_CALENDAR
from leads.plain_sql import rows
from pages import memory
from pages.delivery import version
from pages.memory import Kept

DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time, from an instant up to another."""

    begins: datetime
    ends: datetime

    def overlaps(self, other: Span) -> bool:
        return self.begins < other.ends and other.begins < self.ends

    def widened(self, by: timedelta) -> Span:
        return Span(self.begins - by, self.ends + by)


@dataclass(frozen=True)
class Calendar:
    """Everything that decides which times are open, as plain values."""

    rules: CallRules
    hours: Sequence[WeeklyHours] = ()
    closures: Sequence[Closure] = ()
    busy: Sequence[Span] = ()
    calls: Sequence[Span] = ()
    """Calls that hold a time, from the Monday of the first week on."""

    @cached_property
    def calls_by_day(self) -> dict[date, int]:
        return _count(self.rules.day_of(call.begins) for call in self.calls)

    @cached_property
    def calls_by_week(self) -> dict[date, int]:
        return _count(monday(self.rules.day_of(call.begins)) for call in self.calls)

    def is_overfull_on(self, start: datetime) -> bool:
        """Whether the day or the week of `start` holds more calls than the rules allow."""
        day = self.rules.day_of(start)
        return (
            self.calls_by_day.get(day, 0) > self.rules.calls_a_day
            or self.calls_by_week.get(monday(day), 0) > self.rules.calls_a_week
        )


@dataclass(frozen=True)
class Day:
    """One day of the coach's calendar: its open times, or why there are none."""

    date: date
    starts: tuple[datetime, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class OpenTimes:
    """The answer of a calendar for one instant. Each day is reckoned when somebody asks for it."""

    calendar: Calendar
    at: datetime
    _known: dict[date, Day] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Day by day up to the horizon."""
        return tuple(map(self._day, self._dates))

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        return tuple(start for day in self.days for start in day.starts)

    def __bool__(self) -> bool:
        return any(self._day(date).starts for date in self._dates)

    def __contains__(self, start: object) -> bool:
        if not isinstance(start, datetime):
            return False
        day = self.calendar.rules.day_of(start)
        return day in self._dates and start in self._day(day).starts

    @cached_property
    def _dates(self) -> list[date]:
        today = self.calendar.rules.day_of(self.at)
        return [today + DAY * n for n in range(self.calendar.rules.horizon_days + 1)]

    def _day(self, date: date) -> Day:
        if date not in self._known:
            self._known[date] = _day(self.calendar, date, self.at)
        return self._known[date]

    def nearest(self, start: datetime, count: int = 2) -> list[datetime]:
        """The open times closest to one that is gone, in their order."""
        return sorted(sorted(self.starts, key=lambda other: abs(other - start))[:count])

    def is_taken(self, start: datetime) -> bool:
        """Whether somebody's call stands in the way of one that would begin at `start`."""
        wanted = Span(start, start + self.calendar.rules.length)
        return any(wanted.overlaps(call) for call in self.calendar.calls)

    @property
    def calls_this_week(self) -> int:
        return self.calendar.calls_by_week.get(self._this_week, 0)

    @property
    def left_this_week(self) -> int:
        """How many more calls can be had this week: what its open times, its days and the week all allow."""
        rules, taken = self.calendar.rules, self.calendar.calls_by_day
        by_day = sum(
            min(len(day.starts), rules.calls_a_day - taken.get(day.date, 0))
            for day in self.days
            if day.starts and monday(day.date) == self._this_week
        )
        return min(rules.calls_a_week - self.calls_this_week, by_day) if by_day else 0

    @property
    def true_until(self) -> datetime:
        """Until when this answer holds, if nobody books and staff change nothing: the first open time
        lapses, or at the coach's midnight a new day comes within the horizon."""
        rules = self.calendar.rules
        tomorrow = datetime.combine(self.days[0].date + DAY, time(), rules.zone).astimezone(UTC)
        return min([tomorrow, *(start - rules.notice for start in self.starts[:1])])

    @property
    def reasons(self) -> list[str]:
        """Why the days without open times have none, in words for staff; like days together."""
        runs = [list(days) for _, days in groupby(self.days, key=lambda day: day.reason)]
        return [
            f"{_days_in_words(run[0].date, run[-1].date)}: {run[0].reason}" for run in runs if run[0].reason
        ]

    @property
    def _this_week(self) -> date:
        return monday(self.calendar.rules.day_of(self.at))


def open_times(at: datetime, *, moving: BookingRequest | None = None) -> OpenTimes:
    """The times that may be chosen at the instant `at`. Its cost does not grow with past requests.

    For a call that is `moving`, its own present time counts as free.
    """
    return OpenTimes(read_calendar(at, moving=moving), at)


def read_calendar(
    at: datetime, *, moving: BookingRequest | None = None, rules: CallRules | None = None
) -> Calendar:
    """Everything that decides at the instant `at`; with `rules` as if they were saved already."""
    calendar = _without_calls(at)
    rules = rules or calendar.rules
    today = rules.day_of(at)
    begins, ends = _midnight(monday(today), rules), _midnight(today + rules.horizon + 2 * DAY, rules)
    return replace(calendar, rules=rules, calls=_held(begins, ends, moving))


def is_overfull_on(start: datetime, *, at: datetime) -> bool:
    """Whether the day or the week of `start` holds more calls than the rules allow."""
    calendar = _without_calls(at)
    week = monday(calendar.rules.day_of(start))
    begins, ends = _midnight(week, calendar.rules), _midnight(week + 7 * DAY, calendar.rules)
    return replace(calendar, calls=_held(begins, ends)).is_overfull_on(start)


def _midnight(day: date, rules: CallRules) -> datetime:
    return datetime.combine(day, time(), rules.zone)


def _without_calls(at: datetime) -> Calendar:
    """As this process keeps it until staff change it or a feed is read."""
    name = "calendar without calls", version.read().hours
    calendar: Calendar = memory.recall(name, at, lambda: Kept(_read(at), None)).thing
    return calendar


def _read(at: datetime) -> Calendar:
    """What counts from the instant `at` on."""
    rules = CallRules.current()
    busy = BusyTime.objects.filter(ends_at__gt=at).values_list("starts_at", "ends_at")
    return Calendar(
        rules,
        hours=list(WeeklyHours.objects.all()),
        closures=list(Closure.objects.filter(last_day__gte=rules.day_of(at))),
        busy=[Span(*row) for row in busy],
    )


CALLS = f"""
SELECT starts_at, ends_at FROM {BookingRequest._meta.db_table}
WHERE NOT is_canary AND status IN ({", ".join(["%s"] * len(IN_THE_CALENDAR))})
AND starts_at >= %s AND starts_at < %s AND id <> %s
UNION ALL
SELECT starts_at, ends_at FROM {TimeOffer._meta.db_table} WHERE closed_at IS NULL AND booking_id <> %s
"""  # noqa: S608 (our own names)


def _held(begins: datetime, ends: datetime, moving: BookingRequest | None = None) -> list[Span]:
    """Calls that begin between two instants, and all open offers, without those of a call that moves."""
    own = moving.pk if moving else 0
    return [Span(*row) for row in rows(CALLS, *sorted(IN_THE_CALENDAR), begins, ends, own, own)]


def _day(calendar: Calendar, day: date, at: datetime) -> Day:
    if reason := _closed(calendar, day):
        return Day(day, reason=reason)
    possible = list(_spans(calendar, day))
    in_reach = [span for span in possible if span.begins >= at + calendar.rules.notice]
    free = [span for span in in_reach if not _taken(calendar, span)]
    if free:
        return Day(day, tuple(span.begins for span in free))
    return Day(day, reason=_why_none(calendar, possible, in_reach))


def _closed(calendar: Calendar, day: date) -> str:
    """Why nothing can be booked on the whole day, whatever its hours."""
    rules = calendar.rules
    for closure in calendar.closures:
        if closure.first_day <= day <= closure.last_day:
            return f"closed ({closure.reason})" if closure.reason else "closed"
    if calendar.calls_by_week.get(monday(day), 0) >= rules.calls_a_week:
        return f"the week’s {_calls(rules.calls_a_week)} taken"
    if calendar.calls_by_day.get(day, 0) >= rules.calls_a_day:
        return f"the day’s {_calls(rules.calls_a_day)} taken"
    return ""


def _why_none(calendar: Calendar, possible: list[Span], in_reach: list[Span]) -> str:
    if not possible:
        return "no weekly hours"
    if not in_reach:
        return f"less than {calendar.rules.notice_hours} hours ahead"
    return "every time is taken or busy"


def _taken(calendar: Calendar, span: Span) -> bool:
    apart = span.widened(calendar.rules.gap)
    return any(apart.overlaps(call) for call in calendar.calls) or any(
        span.overlaps(busy) for busy in calendar.busy
    )


def _spans(calendar: Calendar, day: date) -> Iterator[Span]:
    """The calls that would fit into the hours of a day, in order, with the gap between them."""
    rules = calendar.rules
    free_from = datetime.min.replace(tzinfo=UTC)
    for hours in sorted(calendar.hours, key=lambda hours: hours.begins):
        if hours.weekday != day.weekday():
            continue
        for span in _spans_within(hours, day, rules):
            if span.begins >= free_from:
                yield span
                free_from = span.ends + rules.gap


def _spans_within(hours: WeeklyHours, day: date, rules: CallRules) -> Iterator[Span]:
    clock = datetime.combine(day, hours.begins)
    closing = datetime.combine(day, hours.ends) + (DAY if hours.ends == time() else timedelta())
    while clock + rules.length <= closing:
        begins = clock.replace(tzinfo=rules.zone).astimezone(UTC)
        span = Span(begins, begins + rules.length)
        if _on_the_wall(span.begins, rules) == clock and _on_the_wall(span.ends, rules) <= closing:
            yield span
        clock += rules.length + rules.gap


def _on_the_wall(instant: datetime, rules: CallRules) -> datetime:
    return instant.astimezone(rules.zone).replace(tzinfo=None)


def monday(day: date) -> date:
    return day - DAY * day.weekday()


def _calls(count: int) -> str:
    return "1 call is" if count == 1 else f"{count} calls are"


def _days_in_words(first: date, last: date) -> str:
    return f"{first:%a} {first.day} {first:%b}" + (
        f" to {last:%a} {last.day} {last:%b}" if last > first else ""
    )


def _count(values: Iterable[date]) -> dict[date, int]:
    counts: dict[date, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
