from __future__ import annotations

from datetime import datetime

from django.db import connection, models


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
    def raise_by_one(cls, key: str, begins_at: datetime) -> int:
        """Adds one, in a single statement, and returns the sum: of two at once each gets its own number."""
        table = connection.ops.quote_name(cls._meta.db_table)
        stored = connection.ops.adapt_datetimefield_value(begins_at)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (key, begins_at, count) VALUES (%s, %s, 1) "  # noqa: S608 (our own table)
                f"ON CONFLICT (key, begins_at) DO UPDATE SET count = {table}.count + 1 RETURNING count",
                [key, stored],
            )
            return int(cursor.fetchone()[0])
