"""Counts are gathered in the memory of a process and written together, some seconds later."""

from __future__ import annotations

import atexit
import logging
from collections import Counter
from threading import Lock, Timer

from django.db import connection

from leads.models import DailyCount
from leads.models.daily_count import OTHER, Counted

logger = logging.getLogger(__name__)

MOST_KEPT = 1000
"""Different things that one process keeps in mind; a flood of invented ones does not fill its memory."""


class Tally:
    """One process's counts since it last wrote. A hit costs a moment of its memory, and no write.

    SQLite has one writer, and visits must not make a booking wait. What a killed process had not written
    is lost: some seconds of counts, which are no requests.
    """

    def __init__(self, *, every: float | None) -> None:
        """Writes `every` so many seconds while there is something; with None, only when told to."""
        self.every = every
        self._counts: Counter[Counted] = Counter()
        self._timer: Timer | None = None
        self._is_failing = False
        self._lock = Lock()
        if every is not None:
            atexit.register(self.write)

    def add(self, counted: Counted) -> None:
        with self._lock:
            self._keep(counted, 1)
            self._write_later()

    def write(self) -> None:
        """Adds to the database what was gathered. When that fails it is kept, and tried again later."""
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return
        try:
            DailyCount.objects.add(counts)
        except Exception as error:
            self._keep_all(counts, error)
        else:
            self._is_failing = False

    def _keep_all(self, counts: Counter[Counted], error: Exception) -> None:
        if not self._is_failing:
            logger.warning("visits could not be counted, trying again: %s", error)
        self._is_failing = True
        with self._lock:
            for counted, number in counts.items():
                self._keep(counted, number)
            self._write_later()

    def _keep(self, counted: Counted, number: int) -> None:
        if counted not in self._counts and len(self._counts) >= MOST_KEPT:
            counted = counted._replace(source=OTHER)
        self._counts[counted] += number

    def _write_later(self) -> None:
        if self.every is not None and (self._timer is None or not self._timer.is_alive()):
            self._timer = Timer(self.every, self._write_aside)
            self._timer.daemon = True
            self._timer.start()

    def _write_aside(self) -> None:
        """On a thread, and so with a connection, of its own."""
        self.write()
        connection.close()
