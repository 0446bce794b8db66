"""What the desk draws: whether the site earns its keep, where that comes from, and what is left to book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from leads.charts import Bars, Columns, Row, Series, bars, columns, funnel, share
from leads.counting.report import Figures
from leads.counting.words import name_of
from leads.four_weeks import DAYS, Total
from leads.open_times import OpenTimes, monday

SOURCES = 6
WEEKS = 6
PERIOD = f"Last {DAYS} days"


def per_day(days: Mapping[date, Total]) -> Columns:
    return columns(
        "per-day",
        f"Requests a day in the last {DAYS} days",
        [f"{day:%a} {day.day} {day:%b}" for day in days],
        Series("booked a time", [total.booked for total in days.values()]),
        Series("asked without one", [total.requests - total.booked for total in days.values()]),
        marks=[f"{day.day} {day:%b}" if day.weekday() == 0 else "" for day in days],
    )


# --- From the visit to the client


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


def sources(totals: Mapping[str, Total]) -> Bars:
    """Those that most requests came from, and the rest together. The one that sent most is the first."""
    rows = [_source(name_of("source", name).partition(":")[0], total) for name, total in totals.items()]
    return bars(
        "sources",
        PERIOD,
        [*rows[:SOURCES], *_all_others([*totals.values()][SOURCES:])],
        label="Source",
        headings=["Requests", "Booked", "Rate"],
        series=["booked a time", "asked without one"],
    )


def _source(name: str, total: Total) -> Row:
    cells = f"{total.requests:,}", f"{total.booked:,}", share(total.booked, total.requests)
    return Row(name, cells, solid=total.booked, hatched=total.requests - total.booked)


def _all_others(totals: Sequence[Total]) -> Iterator[Row]:
    if totals:
        together = Total(sum(one.requests for one in totals), sum(one.booked for one in totals))
        yield _source("All others", together)


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
