"""A server as a tree of processes: what it consumed, and what it holds."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from bench.delivery.tools import KEPT, Missing

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0
"""Seconds for a start: other work may keep the machine busy."""


class Server:
    """Started on entry, stopped at exit, with everything that it started."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        port: int | None,
        log: Path,
        environment: dict[str, str],
        folder: Path,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}" if port else ""
        self._command = command
        self._log = log
        self._environment = KEPT | environment
        self._folder = folder

    def __enter__(self) -> Server:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own commands)
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def cpu_seconds(self) -> list[float]:
        """What it has used so far: the master and those who have ended, then each worker."""
        pid = self._process.pid
        return [_ticks(pid) / TICKS, *(cpu_seconds(worker) for worker in _children(pid))]

    def memory(self) -> int:
        """Bytes, with each shared page divided among those who share it."""
        return memory(self._process.pid)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            if not self.url or _answers(self.url):
                return
            time.sleep(0.1)
        said = self._log.read_text(errors="replace").strip().splitlines()[-3:]
        raise Missing(f"{Path(self._command[0]).name} did not start: {' '.join(said)}")

    def _stop(self) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        # What is left of its own group: after a proper end, nothing.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def cpu_seconds(pid: int) -> float:
    """Of a process and all that it started."""
    return sum(_ticks(each) for each in _tree(pid)) / TICKS


def memory(pid: int) -> int:
    """Bytes of a process and all that it started, with each shared page divided among those who share it."""
    return sum(_proportional_set_size(each) for each in _tree(pid))


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own address)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _tree(child)


def _children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _ticks(pid: int) -> int:
    """User and system time of the process, its threads, and the children that it waited for."""
    with suppress(FileNotFoundError):
        # The second field, the name, is in brackets and may hold spaces.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(ticks) for ticks in fields[11:15])
    return 0


def _proportional_set_size(pid: int) -> int:
    with suppress(FileNotFoundError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
