"""The number of the newest change, read once for each page that leaves."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import Error as DatabaseTrouble
from django.db import connection

from pages.models import SiteVersion

QUERY = f"SELECT number, content, calendar FROM {SiteVersion._meta.db_table} WHERE id = 1"  # noqa: S608 (our own table's name)

UNKNOWN = -1
"""The database does not answer. What is stored is then still better than nothing."""


class Version(NamedTuple):
    """The newest change of all, and those of the parts that a page is made of."""

    number: int
    content: int
    calendar: int


def current() -> int:
    """The number of the newest change, or UNKNOWN."""
    driver: Any = connection
    try:
        return read().number
    except (DatabaseTrouble, driver.Database.Error):
        if not connection.in_atomic_block:
            connection.close()
        return UNKNOWN


def read() -> Version:
    """Asked of the driver itself: Django's cursor would take as long again, and there is nothing to adapt."""
    driver: Any = connection
    connection.ensure_connection()
    row = driver.connection.execute(QUERY).fetchone()
    number, content, calendar = row or (0, 0, 0)
    if number not in {content, calendar}:
        # A release that knew no parts yet raised it, so that any of them may have changed.
        content = calendar = number
    return Version(number, content, calendar)
