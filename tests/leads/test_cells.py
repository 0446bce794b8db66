"""What a spreadsheet would take for a formula."""

import csv
import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.exporting.cells import Cell, as_text, defused


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20 7946 0000", "'+44 20 7946 0000"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A1", "'＠A1"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("\x00=1", "'\x00=1"),
        ("\tplain", "'\tplain"),
        ("   =1", "'   =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("a;=1", "a;'=1"),
        (";=1", ";'=1"),
        ("first\n=1", "first\n'=1"),
        ("first\r\n  =1", "first\r\n  '=1"),
    ],
)
def test_formula_becomes_text(typed: str, written: str) -> None:
    assert defused(typed) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Samira Haddad",
        "samira@example.com",
        "A plan = good",
        "2-4",
        "Ends with -",
        "a, =b",
        "O’Neill; Ada",
    ],
)
def test_plain_text_stays_as_it_was_typed(text: str) -> None:
    assert defused(text) == text


@given(st.text(alphabet=" \t\r\n\x00;=+-@＝＋－＠a\u00a0"))
def test_nothing_begins_like_a_formula_whatever_was_typed(text: str) -> None:
    written = defused(text)

    assert written.replace("'", "") == text
    for cell in written.replace("\r", "\n").replace(";", "\n").replace("\t", "\n").split("\n"):
        assert cell.strip("\x00\u00a0 ")[:1] not in set("=+-@＝＋－＠")


@given(st.text(alphabet=" ;=+-@'a\n"))
def test_defused_twice_is_defused_once(text: str) -> None:
    assert defused(defused(text)) == defused(text)


@pytest.mark.parametrize(
    ("cell", "written"),
    [(None, ""), (-5, -5), (datetime(2026, 11, 25, 6, 5), "2026-11-25 06:05"), ("=1", "'=1")],  # noqa: DTZ001
)
def test_cells_of_a_csv_file(cell: Cell, written: str | int) -> None:
    assert as_text(cell) == written


@given(st.text(alphabet='",;\r\n =a', min_size=1))
def test_a_cell_with_quotes_and_line_breaks_comes_back_whole(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow([as_text(text), "next"])

    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [[defused(text), "next"]]
