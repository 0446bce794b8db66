"""Numbers become the parts of a drawing, and the drawing says no more than the numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template.loader import render_to_string

from leads.charts import (
    Bar,
    Bars,
    Block,
    Column,
    Columns,
    Line,
    Piece,
    Row,
    Series,
    bars,
    columns,
    funnel,
    share,
)

DAYS = ["Mon 2 Nov", "Tue 3 Nov"]


def two_days() -> Columns:
    return columns(
        "requests",
        "Requests a day",
        DAYS,
        Series("booked a time", [3, 0]),
        Series("asked without one", [1, 0]),
        marks=["2 Nov", ""],
    )


def test_columns_stack_two_series_on_a_scale_of_whole_numbers() -> None:
    assert two_days() == Columns(
        slug="requests",
        title="Requests a day",
        text="4 in all: 3 booked a time, 1 asked without one. Most of them: Mon 2 Nov, 4.",
        column_heading="Day",
        series=(("solid", "booked a time"), ("hatched", "asked without one")),
        columns=(
            Column(
                name="Mon 2 Nov",
                mark="2 Nov",
                values=(3, 1),
                total=4,
                x="7.5%",
                middle="25%",
                blocks=(Block("solid", 47.5, 112.5), Block("hatched", 10.0, 37.5)),
            ),
            Column("Tue 3 Nov", "", (0, 0), 0, "57.5%", "75%", ()),
        ),
        lines=(Line(0, 160.0), Line(1, 122.5), Line(2, 85.0), Line(3, 47.5), Line(4, 10.0)),
        width="35%",
    )


@pytest.mark.parametrize(
    ("highest", "scale"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (5, [0, 1, 2, 3, 4, 5]),
        (7, [0, 2, 4, 6, 8]),
        (11, [0, 5, 10, 15]),
        (30, [0, 10, 20, 30]),
        (99, [0, 20, 40, 60, 80, 100]),
        (12_345, [0, 5_000, 10_000, 15_000]),
    ],
)
def test_scale_has_few_round_numbers_and_room_for_the_highest(highest: int, scale: list[int]) -> None:
    drawn = columns("x", "X", ["a"], Series("them", [highest]))

    assert [line.value for line in drawn.lines] == scale


def test_columns_without_anything_say_so() -> None:
    drawn = columns("x", "X", DAYS, Series("them", [0, 0]))

    assert (drawn.text, [column.blocks for column in drawn.columns]) == ("None.", [(), ()])


def test_series_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        columns("x", "X", DAYS, Series("them", [1, 2]), Series("others", [1]))


def test_bars_are_measured_by_the_longest() -> None:
    rows = [Row("YouTube", ("4", "3"), solid=3, hatched=1, url="/?utm=a"), Row("Direct", ("1", "0"), 0, 1)]

    drawn = bars("x", "Sources", rows, label="Source", headings=["Requests", "Booked"], series=["a", "b"])

    assert drawn == Bars(
        slug="x",
        title="Sources",
        label="Source",
        headings=("Requests", "Booked"),
        rows=(
            Bar(
                "YouTube",
                ("4", "3"),
                "/?utm=a",
                (Piece("solid", "0%", "75%"), Piece("hatched", "75%", "25%")),
            ),
            Bar("Direct", ("1", "0"), "", (Piece("hatched", "0%", "25%"),)),
        ),
        series=(("solid", "a"), ("hatched", "b")),
    )


def test_bars_of_nothing_are_empty() -> None:
    drawn = bars("x", "Sources", [Row("Direct", ("0",), 0)], label="Source", headings=["Requests"])

    assert [row.pieces for row in drawn.rows] == [()]


def test_funnel_tells_which_share_of_each_step_went_on() -> None:
    steps = [("Visits", 4_000), ("Clicks", 320), ("Sent", 80), ("Signed", 0), ("Again", 0)]

    drawn = funnel("x", "From visit to client", steps)

    assert [(row.label, row.cells, row.pieces) for row in drawn.rows] == [
        ("Visits", ("4,000", ""), (Piece("solid", "0%", "100%"),)),
        ("Clicks", ("320", "8.0%"), (Piece("solid", "0%", "8%"),)),
        ("Sent", ("80", "25%"), (Piece("solid", "0%", "25%"),)),
        ("Signed", ("0", "0%"), ()),
        ("Again", ("0", ""), ()),
    ]


def test_step_that_more_reach_than_the_one_before_has_a_full_bar() -> None:
    drawn = funnel("x", "X", [("Clicks", 2), ("Form opened", 3)])

    assert (drawn.rows[1].cells, drawn.rows[1].pieces) == (("3", "150%"), (Piece("solid", "0%", "100%"),))


def test_share_that_is_small_is_not_rounded_to_nothing() -> None:
    assert [share(1, 1000), share(9, 100), share(2, 3), share(3, 3), share(0, 3), share(1, 0)] == [
        "0.1%",
        "9.0%",
        "67%",
        "100%",
        "0%",
        "",
    ]


@pytest.mark.parametrize(
    "chart", [two_days(), funnel("steps", "Steps", [("Sent", 4), ("Signed", 1)])], ids=["columns", "bars"]
)
def test_chart_stands_in_a_page_without_a_style_or_a_script(chart: Any) -> None:
    html = render_to_string(chart.template, {"chart": chart})

    assert re.findall(r"<style|\sstyle=|<script|\son\w+=", html) == []
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(re.findall(r'<pattern id="([^"]+)"', html))


def test_drawing_has_a_name_a_sentence_and_its_numbers_in_a_table() -> None:
    chart = two_days()
    html = render_to_string(chart.template, {"chart": chart})

    assert '<title id="requests-title">Requests a day</title>' in html
    assert f'<desc id="requests-text">{chart.text}</desc>' in html
    rows = re.findall(r'<th scope="row">(.+?)</th>\s*<td>(\d+)</td><td>(\d+)</td>\s*<td>(\d+)</td>', html)
    assert rows == [("Mon 2 Nov", "3", "1", "4"), ("Tue 3 Nov", "0", "0", "0")]
