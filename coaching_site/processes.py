"""Processes that serve together and end together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

PATIENCE = 30.0
"""Seconds that a process gets to finish what it has in hand."""

PR_SET_PDEATHSIG = 1


class Processes:
    """Started by name, watched together. A context: at its end all are asked to stop, and waited for."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = threading.Event()

    def __enter__(self) -> Processes:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.running.values():
            process.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
            # What is left of its group: after a proper end, nothing.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def start(self, name: str, command: Sequence[str]) -> None:
        # In a session of its own, because Ctrl-C in a terminal would cut off what gunicorn has in hand.
        self.running[name] = subprocess.Popen(  # noqa: S603 (our own commands)
            command,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )

    def wait(self) -> str | None:
        """Returns when told to stop: None; or when a process ended by itself: its name."""
        while not self.stopping.wait(0.2):
            for name, process in self.running.items():
                if process.poll() is not None:
                    return name
        return None


def _end_with_parent() -> None:
    """Asks Linux for TERM when the parent is gone, even when that was killed and could not say so."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
