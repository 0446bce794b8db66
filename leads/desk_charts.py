"""What the desk draws of the last four weeks: whether the site earns its keep, and where that comes from.

Every question here is about the requests that came in those days, found by the index of `created_at`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from django.db.models import Count
from django.db.models.functions import TruncDate

from leads.charts import Bars, Columns, Row, Series, bars, columns, funnel, share
from leads.counting.report import Figures, Grouping, report
from leads.counting.words import name_of
from leads.glance import Glance
from leads.models import BookingRequest
from leads.models.booking_queryset import BookingRequestQuerySet
from leads.open_times import DAY, OpenTimes, monday

DAYS = 28
SOURCES = 6
WEEKS = 6
PERIOD = f"Last {DAYS} days"


@dataclass(frozen=True)
class DayTotal:
    """The requests that came on one day of the coach's calendar."""

    day: date
    requests: int = 0
    booked: int = 0
    """Those that have a time for a call."""


def requests_by_day(glance: Glance) -> list[DayTotal]:
    """Of each of those days, today included."""
    day = TruncDate("created_at", tzinfo=glance.rules.zone)
    counted = recent(glance).annotate(day=day).values_list("day").annotate(Count("pk"), Count("starts_at"))
    found = {row[0]: DayTotal(*row) for row in counted}
    return [found.get(day, DayTotal(day)) for day in (_first_day(glance) + n * DAY for n in range(DAYS))]


def per_day(totals: Sequence[DayTotal]) -> Columns:
    return columns(
        "per-day",
        f"Requests a day in the last {DAYS} days",
        [f"{total.day:%a} {total.day.day} {total.day:%b}" for total in totals],
        Series("booked a time", [total.booked for total in totals]),
        Series("asked without one", [total.requests - total.booked for total in totals]),
        marks=[f"{total.day.day} {total.day:%b}" if total.day.weekday() == 0 else "" for total in totals],
    )


# --- From the visit to the client


def figures_of(glance: Glance) -> Figures:
    """The same as those of the report “Where clients come from”."""
    return report(_first_day(glance), glance.today, Grouping.SOURCE).total


def to_client(figures: Figures) -> Bars:
    """Each step from the visit on, as far as visits are counted."""
    counted = [("Visits", figures.visits), ("Clicks", figures.clicks), ("Form opened", figures.forms)]
    steps = [
        *(counted if figures.visits else []),
        ("Sent", figures.requests),
        ("Confirmed", figures.confirmed),
        ("Attended", figures.calls),
        ("Offer made", figures.offers),
        ("Signed", figures.clients),
    ]
    return funnel("to-client", PERIOD, steps)


# --- Where they came from


def sources(glance: Glance, days: Sequence[DayTotal]) -> Bars:
    """The sources that most requests came from, and the rest together."""
    counted = recent(glance).values_list("source_name").annotate(sent=Count("pk"), booked=Count("starts_at"))
    most = list(counted.order_by("-sent", "source_name")[:SOURCES])
    requests = sum(day.requests for day in days) - sum(row[1] for row in most)
    booked = sum(day.booked for day in days) - sum(row[2] for row in most)
    return bars(
        "sources",
        PERIOD,
        [
            *(_source(*row) for row in most),
            *([_source("All others", requests, booked)] if requests > 0 else []),
        ],
        label="Source",
        headings=["Requests", "Booked", "Rate"],
        series=["booked a time", "asked without one"],
    )


def _source(name: str, requests: int, booked: int) -> Row:
    cells = f"{requests:,}", f"{booked:,}", share(booked, requests)
    return Row(name_of("source", name).partition(":")[0], cells, solid=booked, hatched=requests - booked)


# --- What is left to book


def weeks_ahead(times: OpenTimes) -> Bars:
    weeks = groupby(times.days, key=lambda day: monday(day.date))
    rows = [
        _week(first, sum(len(day.starts) for day in days), times.calendar.calls_by_week.get(first, 0))
        for first, days in weeks
    ]
    return bars(
        "weeks",
        f"Next {times.calendar.rules.horizon_days} days",
        rows[:WEEKS],
        label="Week from",
        headings=["Open", "Taken"],
        series=["taken", "open"],
    )


def _week(first: date, still_open: int, taken: int) -> Row:
    label = f"{first:%a} {first.day} {first:%b}"
    return Row(label, (f"{still_open:,}", f"{taken:,}"), solid=taken, hatched=still_open)


def recent(glance: Glance) -> BookingRequestQuerySet:
    """The requests of those days."""
    begins = datetime.combine(_first_day(glance), time(), glance.rules.zone)
    return BookingRequest.objects.believed().filter(created_at__gte=begins).order_by()


def _first_day(glance: Glance) -> date:
    return glance.today - (DAYS - 1) * DAY
