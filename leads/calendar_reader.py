"""Reads busy times out of a calendar file (RFC 5545) of somebody else's making.

Such a file can hold a rule that repeats every second since 1970, or much worse. `busy_times` therefore
reads it in a process of its own, which is ended when it takes too long or too much memory. What runs
there is `busy_times_in`, a function of plain values; nothing here needs Django.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component, Event

SECONDS = 15
MOST_MEMORY = 1024**3
MOST_BUSY_TIMES = 5_000
ROOT = Path(__file__).resolve().parent.parent

Stretch = tuple[datetime, datetime]


class Unreadable(Exception):
    """The file cannot be used as a calendar. The text is a sentence for staff."""


@dataclass(frozen=True)
class Window:
    """What is asked of a calendar: a stretch of time, and the zone of times that name none."""

    begins: datetime
    ends: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Busy:
    """The answer: in order, in UTC, joined where they touch; and how many entries made no sense."""

    times: list[Stretch]
    skipped: int = 0


def busy_times(file: bytes, window: Window, *, seconds: float = SECONDS) -> Busy:
    """Reads the file in a process of its own. Raises Unreadable, and nothing else."""
    asked = [window.begins.isoformat(), window.ends.isoformat(), window.zone.key]
    command = [sys.executable, "-m", __name__, *asked]
    try:
        child = subprocess.run(  # noqa: S603 (our own module; the file goes in as data)
            command, input=file, capture_output=True, timeout=seconds, cwd=ROOT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(
            "The calendar takes too long to read: one of its entries repeats too often."
        ) from error
    if child.returncode != 0:
        raise Unreadable("The calendar is too large, or too odd, to be read.")
    return _from_json(child.stdout)


def busy_times_in(file: bytes, window: Window) -> Busy:
    """The stretches of the window in which the calendar's owner is busy."""
    try:
        calendar = Calendar.from_ical(file)
    except Exception as error:
        raise Unreadable("The answer is not a calendar file.") from error
    if calendar.name != "VCALENDAR":
        raise Unreadable("The answer is not a calendar file.")
    found: list[Stretch] = []
    skipped = 0
    for entry in _entries(calendar):
        try:
            found += _stretches(entry, window)
        except Exception:  # The library meets odd files with all kinds of error; one entry is not the rest.
            skipped += 1
    times = joined(found)
    if len(times) > MOST_BUSY_TIMES:
        raise Unreadable("The calendar has too many entries.")
    return Busy(times, skipped)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """In order, with those that overlap or touch made one."""
    result: list[Stretch] = []
    for begins, ends in sorted(stretches):
        if result and begins <= result[-1][1]:
            result[-1] = (result[-1][0], max(ends, result[-1][1]))
        else:
            result.append((begins, ends))
    return result


def _entries(calendar: Component) -> Iterator[Component]:
    """The calendar again and again, each time with one event and its exceptions, so that one that makes
    no sense does not spoil the others."""
    by_uid: dict[str, list[Component]] = defaultdict(list)
    for number, event in enumerate(calendar.walk("VEVENT")):
        by_uid[str(event.get("UID", number))].append(event)
    zones = calendar.walk("VTIMEZONE")
    for events in by_uid.values():
        entry = Calendar(calendar)
        entry.subcomponents = [*zones, *events]
        yield entry


def _stretches(entry: Component, window: Window) -> list[Stretch]:
    # A day more on both sides: the library compares times without a zone as if they were in UTC.
    margin = timedelta(days=1)
    events: list[Event] = recurring_ical_events.of(entry).between(
        window.begins - margin, window.ends + margin
    )
    found = [_stretch(event, window.zone) for event in events if _is_busy(event)]
    return [
        (begins, ends)
        for begins, ends in found
        if begins < ends and begins < window.ends and ends > window.begins
    ]


def _is_busy(event: Event) -> bool:
    is_free = str(event.get("TRANSP", "OPAQUE")).upper() == "TRANSPARENT"
    is_cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not (is_free or is_cancelled)


def _stretch(event: Event, zone: ZoneInfo) -> Stretch:
    return _instant(event.start, zone), _instant(event.end, zone)


def _instant(value: date, zone: ZoneInfo) -> datetime:
    """A day begins at midnight, and a time without a zone counts, by the clock on the coach's wall."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


# --- Between the processes


def main() -> None:
    _limit_itself()
    begins, ends, zone = sys.argv[1:]
    window = Window(datetime.fromisoformat(begins), datetime.fromisoformat(ends), ZoneInfo(zone))
    try:
        busy = busy_times_in(sys.stdin.buffer.read(), window)
    except Unreadable as error:
        answer: dict[str, object] = {"error": str(error)}
    else:
        times = [(begins.isoformat(), ends.isoformat()) for begins, ends in busy.times]
        answer = {"times": times, "skipped": busy.skipped}
    sys.stdout.write(json.dumps(answer))


def _limit_itself() -> None:
    for kind, most in [(resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MOST_MEMORY)]:
        with suppress(ValueError, OSError):  # Not every system lets a process do so.
            resource.setrlimit(kind, (most, most))


def _from_json(text: bytes) -> Busy:
    answer = json.loads(text)
    if "error" in answer:
        raise Unreadable(answer["error"])
    times = [tuple(map(datetime.fromisoformat, stretch)) for stretch in answer["times"]]
    return Busy([(begins, ends) for begins, ends in times], answer["skipped"])


if __name__ == "__main__":
    main()
