"""Makes the files that wait, a slice in each round of the worker, so that mail never waits for a spreadsheet.

What is half made lives in this process. When it dies, the row's lease runs out and a worker begins the file
anew; what the dead one left behind is swept away.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from leads.exporting.cells import Cell
from leads.exporting.chosen import chosen
from leads.exporting.pieces import in_pieces
from leads.exporting.sheets import SHEETS
from leads.exporting.workbook import Book
from leads.models import CallRules, Export
from leads.models.export import MOST_ATTEMPTS, folder

logger = logging.getLogger(__name__)

SLICE = timedelta(seconds=1)
"""How long a file may keep the worker from its next round, which sends mail."""

RIVALS = 5

SWEPT_EVERY = timedelta(minutes=10)
LEFT_OVER_AFTER = timedelta(days=1)


class Draft:
    """A file in the making, with what is still to be written."""

    def __init__(self, export: Export) -> None:
        sheet, zone = SHEETS[export.subject], CallRules.current().zone
        self.export = export
        self.pieces: Iterator[list[list[Cell]]] = in_pieces(chosen(export), sheet, zone)
        self.place = export.path.with_suffix(f".{export.attempts}")
        self.place.mkdir(mode=0o700)
        self.book = Book(self.place / "book", sheet, zone)
        self.done = 0

    def write_until(self, ends: datetime) -> bool:
        """False when nothing is left to write."""
        while timezone.now() < ends:
            rows = next(self.pieces, None)
            if rows is None:
                return False
            self.book.write(rows)
            self.done += len(rows)
        return True

    def finish(self) -> None:
        self.book.close()
        os.replace(self.place / "book", self.export.path)
        self.place.rmdir()
        if not self.export.finish(self.done, at=timezone.now()):
            self.export.path.unlink(missing_ok=True)  # Somebody restarted it: a person was erased.

    def drop(self) -> None:
        self.book.abandon()
        shutil.rmtree(self.place)


class Maker:
    """The worker's part: begins the file that has waited longest, and goes on with the one it has begun."""

    def __init__(self) -> None:
        self.draft: Draft | None = None

    def has_begun(self) -> bool:
        return self.draft is not None

    def make_some(self, at: datetime) -> None:
        draft = self.draft = self.draft or self._begin(at)
        if draft is None:
            return
        try:
            has_more = draft.write_until(at + SLICE)
            if not draft.export.tell(draft.done, at=timezone.now()):
                self._give_up_on(draft)
            elif not has_more:
                self.draft = None
                draft.finish()
        except Exception as error:
            self._give_up_on(draft)
            _fail(draft.export, error, draft.done)

    def _begin(self, at: datetime) -> Draft | None:
        for export in Export.objects.to_make(at).select_related("by")[:RIVALS]:
            if export.claim(at=at):
                return _draft_of(export)
        return None

    def _give_up_on(self, draft: Draft) -> None:
        self.draft = None
        draft.drop()


def _draft_of(export: Export) -> Draft | None:
    if export.attempts > MOST_ATTEMPTS:
        export.break_off("The worker did not survive making it.", 0, at=timezone.now())
        return None
    try:
        return Draft(export)
    except Exception as error:
        _fail(export, error, 0)
    return None


def _fail(export: Export, error: Exception, rows: int) -> None:
    logger.error("export %s: %r", export.pk, error)
    export.break_off("It went wrong here. The log says more.", rows, at=timezone.now())


def sweep(at: datetime) -> None:
    """Deletes the files that nobody may fetch any more, and ends what will never end by itself."""
    for export in Export.objects.lapsed(at):
        delete_file(export)
    for export in Export.objects.silent(at):
        export.break_off("The server stopped in the middle.", export.rows_done, at=at)
    known = {export.path for export in Export.objects.with_file()}
    for path in folder().iterdir():
        if path not in known and _is_left_over(path, at):
            _remove(path)


def delete_file(export: Export) -> None:
    """Once for all: its row stays and says that there was one."""
    export.path.unlink(missing_ok=True)
    Export.objects.with_file().filter(pk=export.pk).update(state=Export.State.DELETED)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_left_over(path: Path, at: datetime) -> bool:
    try:
        return path.stat().st_mtime < (at - LEFT_OVER_AFTER).timestamp()
    except FileNotFoundError:
        return False
