"""One change of the calendar at a time.

The database already refuses a second holder; the turn makes those who come at the same instant wait in
line for milliseconds instead of seconds, and lets limits such as "six calls a week" be counted without a
race. On SQLite every transaction that writes has the database to itself, and coaching_site/sqlite makes the
line; on PostgreSQL they wait for the row that every change of the calendar changes, the version of the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from pages.models import SiteVersion


@contextmanager
def calendar_turn(*, of_hours: bool = False) -> Iterator[None]:
    """A transaction in which nobody else changes who holds which time. It may stand within another one.

    The next in line comes in only when this one has been committed. What pages show of the calendar is made
    anew after it; with `of_hours`, also what each process keeps of the calendar apart from its calls.
    """
    with transaction.atomic():
        begin_turn()
        yield
        if of_hours:
            SiteVersion.raise_("hours")


def begin_turn() -> None:
    """The rest of this transaction is a turn of the calendar."""
    SiteVersion.raise_("calendar")
