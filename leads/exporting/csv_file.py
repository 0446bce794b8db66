"""A list as CSV (RFC 4180), sent while it is read."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone

from leads.exporting.cells import Cell, as_text
from leads.exporting.sheets import Sheet
from leads.models import Export

logger = logging.getLogger(__name__)

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of its country."""

TOLD_EVERY = 2_000
"""Rows between two notes of how far an export is."""


def stream(export: Export, pieces: Iterable[list[list[Cell]]], sheet: Sheet, zone: ZoneInfo) -> Iterator[str]:
    """The file in pieces. However it ends, the export's row tells it: finished, or broken off, and why."""
    done = 0
    try:
        yield BYTE_ORDER_MARK + _lines([list(sheet.headings(zone))])
        for rows in pieces:
            done += len(rows)
            yield _lines(rows)
            if done % TOLD_EVERY == 0:
                export.tell(done, at=timezone.now())
    except GeneratorExit:
        export.break_off("The browser ended the download.", done, at=timezone.now())
        raise
    except Exception:
        logger.exception("export %s", export.pk)
        export.break_off("It went wrong here. The log says more.", done, at=timezone.now())
        raise
    export.finish(done, at=timezone.now())


def _lines(rows: Iterable[list[Cell]]) -> str:
    lines = io.StringIO(newline="")
    csv.writer(lines, quoting=csv.QUOTE_ALL).writerows([as_text(cell) for cell in row] for row in rows)
    return lines.getvalue()
