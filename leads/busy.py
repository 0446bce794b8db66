"""Keeps the busy times of the coach's other calendars up to date. The worker's part.

Whatever goes wrong, the last good copy stays, and staff read in one sentence what happened.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from leads import emails, outside
from leads.calendar_reader import Busy, Unreadable, Window, busy_times
from leads.models import BusyCalendar, BusyTime, CallRules, Message
from leads.turn import calendar_turn

logger = logging.getLogger(__name__)

READ_EVERY = timedelta(minutes=15)
TRY_AGAIN_AFTER = timedelta(minutes=5)
MARGIN = timedelta(days=7)
"""Read beyond the horizon, so that a copy still serves when it cannot be renewed for days."""

Fetch = Callable[[str], bytes]


def read_next(at: datetime, *, fetch: Fetch = outside.fetch) -> bool:
    """Reads the calendar that has waited longest. False when none is due."""
    calendar = BusyCalendar.objects.filter(next_read_at__lte=at).order_by("next_read_at", "pk").first()
    if calendar is None or not _claim(calendar, at):
        return False
    read(calendar, at, fetch=fetch)
    return True


def read(calendar: BusyCalendar, at: datetime, *, fetch: Fetch = outside.fetch) -> None:
    """Reads one calendar now; whatever came of it is on the row."""
    try:
        busy = busy_times(fetch(calendar.url), _window(at))
    except (outside.Refused, Unreadable) as trouble:
        logger.warning("calendar %s: %s", calendar.pk, trouble)
        calendar.note_failure(str(trouble))
        if calendar.is_stale(at):
            Message.queue_once(_alarm(calendar))
    else:
        keep(calendar, busy, at)


def keep(calendar: BusyCalendar, busy: Busy, at: datetime) -> None:
    """Replaces the copy as a whole: nobody ever sees half of the old and half of the new."""
    times = [BusyTime(calendar=calendar, starts_at=begins, ends_at=ends) for begins, ends in busy.times]
    with calendar_turn(of_hours=True):
        calendar.times.all().delete()
        BusyTime.objects.bulk_create(times)
        calendar.note_success(at=at, next_read_at=at + READ_EVERY, warning=_warning(busy.skipped))


def _claim(calendar: BusyCalendar, at: datetime) -> bool:
    """Takes the calendar for one attempt, after whose failure it is due again. Of two workers one wins."""
    same = BusyCalendar._base_manager.filter(pk=calendar.pk, next_read_at=calendar.next_read_at)
    return bool(same.update(next_read_at=at + TRY_AGAIN_AFTER))


def _window(at: datetime) -> Window:
    rules = CallRules.current()
    return Window(at, at + rules.horizon + MARGIN, rules.zone)


def _warning(skipped: int) -> str:
    if not skipped:
        return ""
    entries = "1 entry makes" if skipped == 1 else f"{skipped} entries make"
    return f"{entries} no sense here and could not block any time."


def _alarm(calendar: BusyCalendar) -> Message:
    """Once for each time that the calendar goes stale."""
    message = emails.stale_calendar(calendar)
    message.occasion = f"stale_calendar:{calendar.pk}:{calendar.good_since:%Y%m%dT%H%M%S}"
    return message
