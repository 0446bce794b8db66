"""One change of the calendar at a time.

The database already refuses a second holder; the turn makes those who come at the same instant wait in
line for milliseconds instead of seconds, and lets limits such as "six calls a week" be counted without a
race. On SQLite every transaction that writes has the database to itself, and coaching_site/sqlite makes the
line; on PostgreSQL the turn is an advisory lock that ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from pages.models import SiteVersion

ADVISORY_LOCK = 5_216_842_003
"""Any number that nothing else in the database uses."""


@contextmanager
def calendar_turn() -> Iterator[None]:
    """A transaction in which nobody else changes who holds which time. It may stand within another one.

    The next in line comes in only when this one has been committed. What pages show of the calendar is
    made anew after it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        yield
        SiteVersion.raise_("calendar")
