from __future__ import annotations

import secrets

from django.db import connection, models, transaction

from pages.models.singleton import Singleton

PARTS = ["content", "calendar", "hours"]
LONGEST_STEP = 2**20


class SiteVersion(Singleton):
    """A number that grows with every change that a reader can see.

    It is raised in the transaction of the change itself: whoever reads the number before the change has
    committed reads the old one, and whatever is stored under it is passed over from the commit on. Its steps
    are random, so that a database that was restored from a backup does not come to a number again under
    which something else was stored.
    """

    number = models.PositiveBigIntegerField(default=0)
    # What it was when that part of the site last changed.
    content = models.PositiveBigIntegerField(default=0, db_default=0)
    calendar = models.PositiveBigIntegerField(default=0, db_default=0)
    hours = models.PositiveBigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def raise_(cls, *parts: str) -> None:
        """Call it in the transaction of the change, with the parts of the site that it concerns; else all.

        What was published as files goes when it commits.
        """
        from pages.delivery import files

        step = secrets.randbelow(LONGEST_STEP) + 1
        table = cls._meta.db_table
        changes = ", ".join(f"{part} = {table}.number + {step}" for part in ["number", *(parts or PARTS)])
        with connection.cursor() as cursor:
            # In SQL, as `current` is: every booking comes by here.
            cursor.execute(
                f"INSERT INTO {table} (id, number, {', '.join(PARTS)}) "  # noqa: S608 (our own names)
                f"VALUES (1, {step}, {', '.join([str(step)] * len(PARTS))}) "
                f"ON CONFLICT (id) DO UPDATE SET {changes}"
            )
        transaction.on_commit(files.withdraw)
