"""A line in which threads and processes wait for their turn to write."""

from __future__ import annotations

import fcntl
import os
import time
from types import TracebackType

from django.db import OperationalError

from coaching_site.sqlite.writes import writes_of

LOCKED = "database is locked"
PAUSE = 0.0005
"""Seconds between two looks at a lock: the same for all, however long they have waited."""


class Line:
    """A lock on a file, and before it another one, which only the next in line has.

    Whoever leaves and comes again at once finds somebody before the first lock, and waits like all others.
    The system opens both when their holder dies.
    """

    def __init__(self, path: str, *, patience: float) -> None:
        """`patience` is how many seconds one waits at most."""
        self.path = path
        self.patience = patience
        self._place: int | None = None

    def join(self) -> None:
        """Waits until it is our turn. Raises OperationalError when it takes too long or its file is away."""
        try:
            self._join()
        except OSError as trouble:
            raise OperationalError(f"unable to open database file: {trouble.strerror}") from trouble

    def mark(self) -> int | None:
        """The same one twice: nobody wrote in between. None while somebody does, or when nobody can know."""
        try:
            return writes_of(self.path).mark()
        except OSError:
            return None

    def _join(self) -> None:
        writes = writes_of(self.path)
        deadline = time.monotonic() + self.patience
        # Of each process one thread at a time looks at the files. The others sleep until it has come in.
        if not writes.waiting.acquire(timeout=self.patience):
            raise OperationalError(LOCKED)
        try:
            is_next = _locked(f"{self.path}-next", deadline)
            try:
                self._place = _locked(self.path, deadline)
            finally:
                os.close(is_next)
        finally:
            writes.waiting.release()
        writes.begin()

    def leave(self) -> None:
        """Lets the next one write. Whoever has left already, or never came, leaves nothing."""
        if self._place is not None:
            writes_of(self.path).end()
            os.close(self._place)
            self._place = None

    def __enter__(self) -> None:
        self.join()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()


def _locked(path: str, deadline: float) -> int:
    """A file that is locked until it is closed. Raises OperationalError at the deadline."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(file)
                raise OperationalError(LOCKED) from None
            time.sleep(PAUSE)
        else:
            return file
