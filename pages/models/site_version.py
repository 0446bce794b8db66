from __future__ import annotations

import secrets

from django.db import models, transaction
from django.db.models import F

from pages.models.singleton import Singleton

PARTS = ["content", "calendar"]
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

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def raise_(cls, *parts: str) -> None:
        """Call it in the transaction of the change, with the parts of the site that it concerns; else all.

        What was published as files goes when it commits.
        """
        from pages.delivery import files

        step = secrets.randbelow(LONGEST_STEP) + 1
        raised = F("number") + step
        changes = dict.fromkeys(["number", *(parts or PARTS)], raised)
        if not cls.objects.filter(pk=1).update(**changes):
            cls(**dict.fromkeys(changes, step)).save()
        transaction.on_commit(files.withdraw)
