from __future__ import annotations

from datetime import datetime
from itertools import chain

from django.db import models

from leads.plain_sql import rows


class RateCounter(models.Model):
    """How often something happened in one stretch of time; `leads.suspicion.limits` says what."""

    key = models.CharField(max_length=64)
    begins_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "begins_at"], name="one_counter_per_key_and_time")
        ]

    def __str__(self) -> str:
        return f"{self.count} since {self.begins_at:%Y-%m-%d %H:%M}"

    @classmethod
    def raise_by_one(cls, *counters: tuple[str, datetime]) -> list[int]:
        """Adds one to each, known by its key and beginning, and returns the sums.

        In a single statement, so that of two at once each gets its own numbers; in the order of the keys, so
        that they cannot wait for each other.
        """
        table, ordered = cls._meta.db_table, sorted(counters)
        sums = rows(
            f"INSERT INTO {table} (key, begins_at, count) VALUES "  # noqa: S608 (our own table)
            f"{', '.join(['(%s, %s, 1)'] * len(ordered))} "
            f"ON CONFLICT (key, begins_at) DO UPDATE SET count = {table}.count + 1 RETURNING key, count",
            *chain.from_iterable(ordered),
        )
        return [dict(sums)[key] for key, _ in counters]
