"""Ports for the servers that tests start, and waiting for what they do."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from random import SystemRandom

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those given to clients: a port that is free stays so until its server opens it."""

PATIENCE = 180.0
"""Seconds. Other people's machines are slower, and busy with other tests."""


def free_port() -> int:
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def wait_until(
    is_so: Callable[[], object], *, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Waits for what is so, or else for the process to end, whose log is then told.

    A server that refuses, cuts or delays an answer is asked again.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        with suppress(OSError, HTTPException):
            if is_so():
                return
        time.sleep(0.05)
    ended = f" The process ended with {process.poll()}." if process and process.poll() is not None else ""
    raise AssertionError(f"It did not happen.{ended} {log.read_text() if log else ''}")
