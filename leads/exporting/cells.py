"""What stands in a cell, and how text is kept from being a formula."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

Cell = str | int | Decimal | datetime | None
"""A datetime is a wall-clock time without a zone: the column's heading names it."""

BLANK = r"[\s\ufeff\u200b-\u200d\u2060\x00]*"
SIGN = "[=+\\-@＝＋－＠]"
FIRST = re.compile(rf"[\t\r\n\x00]|{BLANK}{SIGN}")
TELLING = frozenset("\t\r\n\x00=+-@＝＋－＠")
"""Without any of these no text needs a closer look, and most cells have none."""
LATER = re.compile(rf"([;\t\r\n]{BLANK})({SIGN})")


def defused(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would begin a formula, so that it stays text.

    A formula begins with = + - or @, also in full width and after blanks; tab, CR, LF and NUL at the start
    lead to one (OWASP, CSV Injection). Excel in countries that write decimals with a comma takes a semicolon
    for the end of a cell and then pays no heed to quotation marks, so that what follows a semicolon or a line
    break counts as a beginning, too. Numbers are no text: write them as they are.
    """
    if TELLING.isdisjoint(text):
        return text
    later = LATER.sub(r"\1'\2", text)
    return f"'{later}" if FIRST.match(text) else later


def as_text(cell: Cell) -> str | int | Decimal:
    """A cell of a CSV file. Times are like 2026-11-25 16:15, which spreadsheets sort."""
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case str():
            return defused(cell)
    return cell
