"""The report as CSV: every line of it, each rate with the two ends of its interval."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from leads.counting.intervals import Rate
from leads.counting.report import TOLD_APART, Figures, Report
from leads.counting.words import HEADINGS, names_of
from leads.exporting.cells import as_text

COUNTS = {
    "visits": "Visits",
    "questions": "Questions opened",
    "clicks": "Clicks",
    "forms": "Form opened",
    "requests": "Requests",
    "confirmed": "Confirmed",
    "calls": "Calls",
    "offers": "Offers",
    "clients": "Clients",
}
RATES = {
    "requests_per_visit": "Requests of visits",
    "calls_per_request": "Calls of requests",
    "clients_per_call": "Clients of calls",
}
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of its country."""


def lines(report: Report, *, currency: str) -> Iterator[str]:
    parts = [part for part in HEADINGS if part in TOLD_APART[report.grouping]]
    ends = [f"{name}, {end} (95%)" for name in RATES.values() for end in ("from", "to")]
    value = f"Value ({currency})"
    yield BYTE_ORDER_MARK + _line([*(HEADINGS[part] for part in parts), *COUNTS.values(), value, *ends])
    for line in report.lines:
        yield _line([*names_of(line.place, parts), *_cells(line.figures)])
    total = ["Total", *[""] * (len(parts) - 1)]
    yield _line([*total, *_cells(report.total)])


def _cells(figures: Figures) -> list[str | int]:
    rates: list[Rate] = [getattr(figures, name) for name in RATES]
    ends = [
        f"{end:.4f}" if end is not None else "" for rate in rates for end in rate.interval or (None, None)
    ]
    return [*(getattr(figures, name) for name in COUNTS), f"{figures.value:.2f}", *ends]


def _line(cells: list[str | int]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow([as_text(cell) for cell in cells])
    return line.getvalue()
