"""How many rows there are, without counting a table that grows for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

MOST = 1000


@dataclass(frozen=True)
class Number:
    """As many as `value`, or even more."""

    value: int
    is_more: bool = False

    def __str__(self) -> str:
        """“12”, or “1,000+”."""
        return f"{self.value:,}{'+' if self.is_more else ''}"

    def __bool__(self) -> bool:
        return self.value > 0

    def beyond(self, shown: int) -> Number:
        """How many are left when so many are shown."""
        return Number(max(self.value - shown, 0), self.is_more)


def number_of(rows: QuerySet[Any], *, most: int = MOST) -> Number:
    """Exact up to `most`. The database stops there, so that the answer takes as long at any size."""
    found = rows[: most + 1].count()
    return Number(min(found, most), found > most)
