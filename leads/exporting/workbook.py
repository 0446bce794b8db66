"""A list as XLSX, written row by row into a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook

from leads.exporting.cells import Cell
from leads.exporting.sheets import Sheet

MOST_ROWS = 1_048_576
"""Of one sheet, by the format. What is more goes on to another sheet."""

MOST_CHARACTERS = 32_767
"""Of one cell, by the format."""


class Book:
    """A workbook that keeps one row in memory; the others lie in files beside it until `close`.

    Text is stored with the type of text, whatever it begins with, so that no cell can become a formula.
    """

    def __init__(self, path: Path, sheet: Sheet, zone: ZoneInfo) -> None:
        self.file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")
        self.book: Any = Workbook(self.file, {"constant_memory": True, "tmpdir": str(path.parent)})
        self.bold = self.book.add_format({"bold": True})
        self.clock = self.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.name = sheet.name.capitalize()
        self.headings = sheet.headings(zone)
        self._begin_sheet()

    def write(self, rows: Iterable[list[Cell]]) -> None:
        for row in rows:
            if self.row == MOST_ROWS:
                self._begin_sheet()
            for column, cell in enumerate(row):
                self._write(column, cell)
            self.row += 1

    def close(self) -> None:
        """Packs the file. For a hundred thousand rows that takes seconds."""
        self.book.close()
        self.file.close()

    def abandon(self) -> None:
        """Lets go of the files; whoever made their folder deletes it."""
        for sheet in self.book.worksheets():
            sheet.row_data_fh.close()
        self.file.close()

    def _begin_sheet(self) -> None:
        number = len(self.book.worksheets()) + 1
        self.sheet = self.book.add_worksheet(self.name if number == 1 else f"{self.name} {number}")
        self.sheet.set_column(0, len(self.headings) - 1, 18)
        self.sheet.freeze_panes(1, 0)
        for column, heading in enumerate(self.headings):
            self.sheet.write_string(0, column, heading, self.bold)
        self.row = 1

    def _write(self, column: int, cell: Cell) -> None:
        match cell:
            case datetime():
                self.sheet.write_datetime(self.row, column, cell, self.clock)
            case int() | Decimal():
                self.sheet.write_number(self.row, column, cell)
            case str() if cell:
                self.sheet.write_string(self.row, column, cell[:MOST_CHARACTERS])
