from __future__ import annotations

from django.db import models, transaction
from django.db.models import F

from pages.models.singleton import Singleton


class SiteVersion(Singleton):
    """A number that grows with every change that a reader can see.

    It is raised in the transaction of the change itself: whoever reads the number before the change has
    committed reads the old one, and whatever is stored under it is passed over from the commit on.
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def raise_(cls) -> None:
        """Call it in the transaction of the change. What was published as files goes when it commits."""
        from pages.delivery import files

        if not cls.objects.filter(pk=1).update(number=F("number") + 1):
            cls(number=1).save()
        transaction.on_commit(files.withdraw)
