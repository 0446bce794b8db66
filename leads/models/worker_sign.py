from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from pages.models.singleton import Singleton


class WorkerSign(Singleton):
    """When a worker last went round. A row, so that a web process on another machine can read it."""

    EVERY: ClassVar = timedelta(seconds=10)
    LATE_AFTER: ClassVar = timedelta(minutes=1)

    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seen {self.seen_at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def give(cls, *, at: datetime) -> None:
        cls(seen_at=at).save()

    @classmethod
    def is_fresh(cls, *, at: datetime) -> bool:
        return cls.objects.filter(seen_at__gte=at - cls.LATE_AFTER).exists()
