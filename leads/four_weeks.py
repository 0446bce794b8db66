"""The last four weeks in numbers, of which the desk draws three pictures.

The database passes over the requests of those weeks once, by the index of `created_at`, and answers with a
row for each day and source; the days, the sources and the whole are sums of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate

from leads.counting.report import COUNTED, FACTS, IS_CONFIRMED, WAS_CALLED_OFF, Figures
from leads.glance import Glance
from leads.models import BookingRequest, DailyCount
from leads.models.booking_queryset import BookingRequestQuerySet
from leads.open_times import DAY

DAYS = 28


@dataclass
class Total:
    requests: int = 0
    booked: int = 0
    """Those that have a time for a call."""


@dataclass(frozen=True)
class FourWeeks:
    days: dict[date, Total]
    """Of the coach's calendar, every one of them, today last."""
    sources: dict[str, Total]
    """By their names, the one that sent most first."""
    figures: Figures
    """The same as in the total of the report “Where clients come from”."""


def four_weeks(glance: Glance) -> FourWeeks:
    first = glance.today - (DAYS - 1) * DAY
    requests = _received(first, glance)
    rows = _rows(requests, glance)
    days, sources = _totals(rows, "day"), _totals(rows, "source_name")
    figures = Figures()
    for row in rows:
        figures.add(**{name: row[name] for name in FACTS})
    figures.add(confirmed=requests.filter(WAS_CALLED_OFF).count())
    for hit, number in DailyCount.objects.during(first, glance.today).totals().items():
        figures.add(**{COUNTED[hit]: number})
    return FourWeeks(
        days={day: days.get(day, Total()) for day in (first + n * DAY for n in range(DAYS))},
        sources=dict(sorted(sources.items(), key=lambda item: (-item[1].requests, item[0]))),
        figures=figures,
    )


def _received(first: date, glance: Glance) -> BookingRequestQuerySet:
    begins = datetime.combine(first, time(), glance.rules.zone)
    return BookingRequest.objects.believed().filter(created_at__gte=begins).order_by()


# Whether each was once confirmed is asked apart: within a sum it would have the database look into the
# history of every request there is.
SUMS = FACTS | {"confirmed": Count("pk", filter=IS_CONFIRMED), "booked": Count("starts_at")}


def _rows(requests: BookingRequestQuerySet, glance: Glance) -> list[dict[str, Any]]:
    day = TruncDate("created_at", tzinfo=glance.rules.zone)
    by_day: Any = requests.annotate(day=day).values("day", "source_name")
    return list(by_day.annotate(**SUMS))


def _totals(rows: list[dict[str, Any]], key: str) -> dict[Any, Total]:
    totals: dict[Any, Total] = {}
    for row in rows:
        total = totals.setdefault(row[key], Total())
        total.requests += row["requests"]
        total.booked += row["booked"]
    return totals
