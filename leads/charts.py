"""Charts for the staff desk: plain numbers in, the parts of a drawing out.

`columns` stacks one or two series over time; `bars` puts a bar beside the numbers of each row of a table;
`funnel` is such a table of steps. Each answer names the template that shows it:

    {% include chart.template %}

Widths are percentages and heights are pixels, so that a drawing fits any screen while its words keep their
size. A drawing has classes and presentation attributes alone, because the site's policy forbids styles in
the page; `css/charts.css` gives the looks. Every number that is drawn also stands in a table (WCAG 2.2,
1.1.1), and the two series differ by their hatching, not by colour alone (WCAG 2.2, 1.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LOOKS = "solid", "hatched"
"""Of the first and the second series."""

PLOT_HEIGHT = 150
"""Of the tallest column that a scale has room for, in pixels."""

ABOVE = 10
"""Room for the upper half of the highest number of the scale, in pixels."""

BELOW = 26
"""Room for the marks, in pixels."""

COLUMN_SHARE = 0.7
"""How much of its place a column fills; the rest is air."""


@dataclass(frozen=True)
class Series:
    """What one look of the columns stands for, with a number for each of them."""

    name: str
    values: Sequence[int]


@dataclass(frozen=True)
class Block:
    """A part of a column: where it begins and how high it is, in pixels from the top of the drawing."""

    look: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    name: str
    """In full, for the table: “Fri 20 Nov”."""
    mark: str
    """Below the column; empty where a mark would be one too many."""
    values: tuple[int, ...]
    total: int
    x: str
    middle: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Line:
    """A line of the scale, with its number."""

    value: int
    y: float


@dataclass(frozen=True)
class Columns:
    slug: str
    title: str
    text: str
    """The drawing in a sentence, for those who do not see it."""
    column_heading: str
    series: tuple[tuple[str, str], ...]
    """The look and the name of each."""
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    width: str
    """Of every column."""
    height: int = ABOVE + PLOT_HEIGHT + BELOW
    """In pixels, with the marks."""
    template: str = "admin/charts/columns.html"


def columns(
    slug: str,
    title: str,
    names: Sequence[str],
    solid: Series,
    hatched: Series | None = None,
    *,
    marks: Sequence[str] = (),
    heading: str = "Day",
) -> Columns:
    """Columns in the order of time, each of one or two numbers stacked on each other.

    `slug` tells the charts of a page apart, `names` are the columns in full, `marks` what stands below them
    (else the names), `heading` what a column is. Raises ValueError when a series has another length.
    """
    marks = marks or names
    series = [solid, hatched] if hatched else [solid]
    rows = list(zip(*(one.values for one in series), strict=True))
    scale = _scale(max(map(sum, rows), default=0))
    place = 100 / max(len(names), 1)
    drawn = tuple(
        Column(
            name=name,
            mark=mark,
            values=values,
            total=sum(values),
            x=_percent(place * (n + (1 - COLUMN_SHARE) / 2)),
            middle=_percent(place * (n + 0.5)),
            blocks=tuple(_stacked(values, scale[-1])),
        )
        for n, (name, mark, values) in enumerate(zip(names, marks, rows, strict=True))
    )
    return Columns(
        slug=slug,
        title=title,
        text=_in_words(drawn, series),
        column_heading=heading,
        series=tuple((look, one.name) for look, one in zip(LOOKS, series, strict=False)),
        columns=drawn,
        lines=tuple(Line(value, _y(value, scale[-1])) for value in scale),
        width=_percent(place * COLUMN_SHARE),
    )


def _stacked(values: tuple[int, ...], top: int) -> Iterator[Block]:
    below = 0
    for look, value in zip(LOOKS, values, strict=False):
        if value:
            y = _y(below + value, top)
            yield Block(look, y, round(_y(below, top) - y, 1))
        below += value


def _y(value: int, top: int) -> float:
    return round(ABOVE + PLOT_HEIGHT * (1 - value / top), 1)


def _scale(highest: int) -> list[int]:
    """Whole numbers from 0 to at least the highest one, at most six, in steps of 1, 2 or 5 and their tens."""
    step = 1
    while step * 5 < highest:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return list(range(0, max(highest, 1) + step, step))


def _in_words(drawn: Sequence[Column], series: Sequence[Series]) -> str:
    total = sum(column.total for column in drawn)
    if not total:
        return "None."
    parts = ", ".join(f"{sum(one.values):,} {one.name}" for one in series)
    most = max(drawn, key=lambda column: column.total)
    return f"{total:,} in all: {parts}. Most of them: {most.name}, {most.total:,}."


# --- Bars beside the numbers of a table


@dataclass(frozen=True)
class Row:
    """A row of a table: what it is about, what its bar shows, and its numbers in words."""

    label: str
    cells: tuple[str, ...]
    solid: int
    hatched: int = 0
    """What is drawn behind the solid part, not instead of it."""
    url: str = ""


@dataclass(frozen=True)
class Piece:
    look: str
    x: str
    width: str


@dataclass(frozen=True)
class Bar:
    label: str
    cells: tuple[str, ...]
    url: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Bars:
    slug: str
    title: str
    label: str
    """The heading of the rows’ names."""
    headings: tuple[str, ...]
    rows: tuple[Bar, ...]
    series: tuple[tuple[str, str], ...] = ()
    """The look and the name of each, where the bars have two."""
    note: str = ""
    template: str = "admin/charts/bars.html"


def bars(
    slug: str,
    title: str,
    rows: Sequence[Row],
    *,
    label: str,
    headings: Sequence[str],
    series: Sequence[str] = (),
    out_of: int = 0,
    note: str = "",
) -> Bars:
    """A table with a bar in each row. `title` is its caption, `label` and `headings` those of its columns.

    `series` says what the looks of a bar stand for, where it has two. `out_of` is the number that would fill
    the whole place of a bar; without it the longest one does.
    """
    whole = out_of or max((row.solid + row.hatched for row in rows), default=0)
    return Bars(
        slug=slug,
        title=title,
        label=label,
        headings=tuple(headings),
        rows=tuple(Bar(row.label, row.cells, row.url, _pieces(row, whole)) for row in rows),
        series=tuple(zip(LOOKS, series, strict=False)),
        note=note,
    )


def _pieces(row: Row, whole: int) -> tuple[Piece, ...]:
    solid, hatched = (_percent(100 * part / whole) if part else "" for part in (row.solid, row.hatched))
    return (
        *([Piece("solid", "0%", solid)] if solid else []),
        *([Piece("hatched", solid or "0%", hatched)] if hatched else []),
    )


def funnel(
    slug: str,
    title: str,
    steps: Sequence[tuple[str, int]],
    *,
    label: str = "Step",
    note: str = "Rate and bar: how many of the step before.",
) -> Bars:
    """Steps that some of those at the one before reach: how many, and which share of that one they are.

    Drawn by the numbers themselves, from visits down to clients, all but the first bar would be too short
    to compare. More may reach a step than the one before, as when somebody opens the form by a link from
    elsewhere; such a bar is full, and the rate tells.
    """
    before = [0, *(count for _, count in steps)]
    rows = [
        Row(name, cells=(f"{count:,}", share(count, last)), solid=_bar_of_step(count, last))
        for (name, count), last in zip(steps, before, strict=False)
    ]
    headings = ["Number", "Rate"]
    return bars(slug, title, rows, label=label, headings=headings, out_of=100, note=note)


def _bar_of_step(count: int, before: int) -> int:
    if not count or not before:
        return 100 if count else 0
    return min(100, max(1, round(100 * count / before)))


def share(part: int, whole: int) -> str:
    """Like “64%”, with a decimal where it is small; empty when it is a share of nothing."""
    if not whole:
        return ""
    percent = 100 * part / whole
    return f"{percent:.1f}%" if 0 < percent < 10 else f"{percent:.0f}%"


def _percent(value: float) -> str:
    return f"{round(value, 2):g}%"
