"""The number of the newest change, read once for each page that leaves."""

from __future__ import annotations

from time import monotonic
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseTrouble

from pages.models import SiteVersion

QUERY = f"SELECT number, content, calendar, hours FROM {SiteVersion._meta.db_table} WHERE id = 1"  # noqa: S608 (our own table's name)

UNKNOWN = -1
"""The database does not answer. What is stored is then still better than nothing."""

KEPT_FOR = 1.0
"""Seconds. So late are those noticed who write beside Django, or take files from under a running site."""


class Version(NamedTuple):
    """The newest change of all, and those of the parts that a page is made of."""

    number: int
    content: int
    calendar: int
    """Which times are open."""
    hours: int
    """What decides about that, without the calls."""


class _Kept(NamedTuple):
    """A number that was read while nobody wrote to the database of this line.

    Not in `pages.memory`, where every new mark would push out a page.
    """

    number: int
    line: str
    mark: int
    until: float

    def holds(self, line: str, mark: int) -> bool:
        return (self.line, self.mark) == (line, mark) and monotonic() < self.until


_kept: _Kept | None = None


def current() -> int:
    """The number of the newest change, or UNKNOWN.

    SQLite is not asked again before somebody has begun to write (`coaching_site/sqlite/writes.py`).
    """
    global _kept  # One for all threads, put in its place as a whole.
    database: Any = connections[DEFAULT_DB_ALIAS]
    line: Any = getattr(database, "line", None)
    mark = line.mark() if line else None
    if mark is not None and _kept and _kept.holds(line.path, mark):
        return _kept.number
    try:
        number = read().number
    except DatabaseTrouble:
        if not database.in_atomic_block:
            database.close()
        return UNKNOWN
    if mark is not None:
        _kept = _Kept(number, line.path, mark, monotonic() + KEPT_FOR)
    return number


def read() -> Version:
    """Asked of the driver itself: Django's cursor would take as long again, and there is nothing to adapt."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    with database.wrap_database_errors:
        row = database.connection.execute(QUERY).fetchone()
    number, content, calendar, hours = row or (0, 0, 0, 0)
    if number not in {content, calendar}:
        # A release that knew no parts yet raised it, so that any of them may have changed.
        content = calendar = hours = number
    return Version(number, content, calendar, hours)
