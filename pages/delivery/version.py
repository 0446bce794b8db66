"""The number of the newest change, read once for each page that leaves."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db import Error as DatabaseTrouble

from pages.models import SiteVersion

QUERY = f"SELECT number, content, calendar, hours FROM {SiteVersion._meta.db_table} WHERE id = 1"  # noqa: S608 (our own table's name)

UNKNOWN = -1
"""The database does not answer. What is stored is then still better than nothing."""


class Version(NamedTuple):
    """The newest change of all, and those of the parts that a page is made of."""

    number: int
    content: int
    calendar: int
    """Which times are open."""
    hours: int
    """What decides about that, without the calls."""


def current() -> int:
    """The number of the newest change, or UNKNOWN."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    try:
        return read().number
    except DatabaseTrouble:
        if not database.in_atomic_block:
            database.close()
        return UNKNOWN


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
