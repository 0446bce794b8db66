"""How often somebody has begun or ended writing, in memory that all processes of this machine share.

Whoever finds the same even number twice knows that nothing was committed in between, so that what was read
meanwhile still holds. Linux calls it a seqlock; the lock of its writers is the line.
"""

from __future__ import annotations

import mmap
import os
from functools import cache
from threading import Lock

SIZE = 8


class Writes:
    """The number that lies in the first bytes of a file: odd while somebody writes, or died while writing.

    Eight bytes in one place are read and written as one. Raises OSError when the file cannot be had.
    """

    def __init__(self, path: str) -> None:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(file).st_size < SIZE:
                # Written, not only made longer: a full disk must fail here, not at a change, by a signal.
                os.pwrite(file, bytes(SIZE), 0)
            self._number = memoryview(mmap.mmap(file, SIZE)).cast("Q")
        finally:
            os.close(file)
        self.waiting = Lock()
        """Of the thread that waits for the line; each process has its own."""
        os.register_at_fork(after_in_child=self._forget_who_waits)

    def begin(self) -> None:
        """Only for whoever has the line."""
        number = self._number[0]
        self._number[0] = number + 1 + number % 2

    def end(self) -> None:
        self._number[0] += 1

    def mark(self) -> int | None:
        """The number; None while somebody writes, when nothing that is read may be kept."""
        number = self._number[0]
        return None if number % 2 else number

    def _forget_who_waits(self) -> None:
        """A process that was forked has one thread, and it waits for nothing."""
        self.waiting = Lock()


@cache
def writes_of(path: str) -> Writes:
    """One for each process and file."""
    return Writes(path)
