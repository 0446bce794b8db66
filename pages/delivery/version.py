"""The number of the newest change, read once for each page that leaves."""

from __future__ import annotations

from typing import Any

from django.db import Error as DatabaseTrouble
from django.db import connection

from pages.models import SiteVersion

QUERY = f"SELECT number FROM {SiteVersion._meta.db_table} WHERE id = 1"  # noqa: S608 (our own table's name)

UNKNOWN = -1
"""The database does not answer. What is stored is then still better than nothing."""


def current() -> int:
    """Asked of the driver itself: Django's cursor would take as long again, and there is nothing to adapt."""
    driver: Any = connection
    try:
        connection.ensure_connection()
        row = driver.connection.execute(QUERY).fetchone()
    except (DatabaseTrouble, driver.Database.Error):
        if not connection.in_atomic_block:
            connection.close()
        return UNKNOWN
    return row[0] if row else 0
