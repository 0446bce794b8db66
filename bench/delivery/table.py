"""Rounds to rows: medians, ratios, and the figures to reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.delivery.load import Round
from bench.delivery.targets import (
    FLOOR,
    NGINX,
    PUBLISHED,
    SERVED,
    UNSTORED,
    WAGTAIL,
    WAGTAIL_CACHE,
)

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Row:
    """The medians of a target's rounds, and the memory of all its processes."""

    rounds: Sequence[Round]
    memory: int

    @property
    def rate(self) -> float:
        return median(each.requests_per_second for each in self.rounds)

    @property
    def cpu(self) -> float:
        return median(each.cpu_per_thousand for each in self.rounds)

    @property
    def spread(self) -> float:
        """Half of what the rounds' CPU lies apart, as a share of the median."""
        used = [each.cpu_per_thousand for each in self.rounds]
        return (max(used) - min(used)) / 2 / self.cpu if self.cpu else 0.0

    @property
    def p50(self) -> float:
        return median(each.p50 for each in self.rounds)

    @property
    def p99(self) -> float:
        return median(each.p99 for each in self.rounds)

    @property
    def errors(self) -> int:
        return sum(each.errors for each in self.rounds)


Rows = dict[str, Row]

HEADINGS = [
    *("GET of the page", "req/s", "× nginx", "CPU ms/1,000", "±", "× nginx", "× floor", "× Wagtail"),
    *("p50 ms", "p99 ms", "memory MiB", "errors"),
]


def lines_of(rows: Rows) -> list[str]:
    return as_table(HEADINGS, [_cells(name, row, rows) for name, row in rows.items()])


def _cells(name: str, row: Row, rows: Rows) -> list[str]:
    rate = short(row.rate / rows[NGINX].rate)
    cpu = [short(row.cpu / rows[other].cpu) if other in rows else "–" for other in (NGINX, FLOOR, WAGTAIL)]
    return [
        *(name, f"{row.rate:,.0f}", rate, short(row.cpu), f"{row.spread:.0%}", *cpu),
        *(short(row.p50), short(row.p99), f"{row.memory / MEBIBYTE:.0f}", str(row.errors)),
    ]


def short(number: float) -> str:
    """Three significant digits, without an exponent."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def as_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table that a terminal shows straight, too: words to the left, numbers to the right."""
    table = [list(headings), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rule = [
        f"{'-' * width}" if number == 0 else f"{'-' * (width - 1)}:" for number, width in enumerate(widths)
    ]
    return [
        "| "
        + " | ".join(
            cell.ljust(width) if number == 0 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        + " |"
        for cells in [table[0], rule, *table[1:]]
    ]


@dataclass(frozen=True)
class Figure:
    """A figure to reach. `found` raises KeyError when a row that it needs is missing."""

    words: str
    limit: float
    found: Callable[[Rows], float]
    at_least: bool = False
    unit: str = ""

    def line(self, rows: Rows) -> list[str]:
        wanted = f"{'≥' if self.at_least else '≤'} {short(self.limit)}{self.unit}"
        try:
            found = self.found(rows)
        except KeyError:
            return [self.words, wanted, "–", "not measured"]
        reached = found >= self.limit if self.at_least else found <= self.limit
        return [self.words, wanted, f"{short(found)}{self.unit}", "reached" if reached else "MISSED"]


def cpu_ratio(name: str, other: str) -> Callable[[Rows], float]:
    return lambda rows: rows[name].cpu / rows[other].cpu


def rate_ratio(name: str, other: str) -> Callable[[Rows], float]:
    return lambda rows: rows[name].rate / rows[other].rate


FIGURES = [
    Figure("published, requests/s against nginx", 0.9, rate_ratio(PUBLISHED, NGINX), at_least=True),
    Figure("published, CPU against nginx", 1.2, cpu_ratio(PUBLISHED, NGINX)),
    Figure("as served, CPU against the bare function", 1.1, cpu_ratio(SERVED, FLOOR)),
    Figure("as served, CPU against wagtail-cache", 1 / 3, cpu_ratio(SERVED, WAGTAIL_CACHE)),
    Figure("not stored, CPU against Wagtail 8", 0.1, cpu_ratio(UNSTORED, WAGTAIL)),
]


def lines_of_figures(rows: Rows, memory: int) -> list[str]:
    of_memory = Figure("memory of web and worker", 200, lambda _: memory / MEBIBYTE, unit=" MiB")
    return as_table(
        ["figure", "wanted", "found", ""], [figure.line(rows) for figure in [*FIGURES, of_memory]]
    )
