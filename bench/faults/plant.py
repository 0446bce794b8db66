"""The site as its units run it: a port that stays open, and behind it a web server and a worker.

The units' restart is done here at once; systemd waits two seconds (RestartSec) before it does the same.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.delivery.tools import ROOT
from tests.servers import free_port

PATIENCE = 180.0
"""Seconds for a start, and for an end."""

GUNICORN = [sys.executable, "-m", "gunicorn", "--config", "python:coaching_site.gunicorn_config"]

AS_SYSTEMD = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&"$HELD_PORT"'
"""Hands the open port on as file 3, as sd_listen_fds(3) says."""


class Unit:
    """A process with all that it starts, in a session of its own, started as often as it ends."""

    def __init__(self, command: Sequence[str], log: Path, *, held: int | None = None) -> None:
        self.command, self.log, self.held = command, log, held
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, environment: dict[str, str], folder: Path) -> None:
        command = list(self.command)
        if self.held is not None:
            command = ["bash", "-c", AS_SYSTEMD, "bash", *command]
            environment = environment | {"HELD_PORT": str(self.held)}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                command,
                cwd=folder,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=[] if self.held is None else [self.held],
            )

    def kill(self) -> None:
        """-9 for all of it, as when the machine's memory is gone."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def kill_a_child(self) -> None:
        if self.process:
            pid = self.process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            with suppress(ProcessLookupError):
                os.kill(int(random.choice(children)), signal.SIGKILL)  # noqa: S311 (not a secret)

    def terminate(self) -> float:
        """Asks it to end. Returns the seconds that took; raises TimeoutExpired after three."""
        if not self.process:
            return 0.0
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(PATIENCE)
        took = time.monotonic() - began
        self.kill()  # What is left of its group: after a proper end, nothing.
        return took


class Plant:
    """The site of one release, whose folder may be another one at the next start.

    `environment` is what the units read from their file. Without `holds_port`, gunicorn opens the port.
    """

    def __init__(
        self,
        environment: dict[str, str],
        worker: Sequence[str],
        *,
        folder: Path = ROOT,
        holds_port: bool = True,
    ) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=4096) if holds_port else None
        self.port = int(self.socket.getsockname()[1]) if self.socket else free_port()
        self.environment = environment | {"PORT": str(self.port)}
        self.folder = folder
        logs = Path(environment["DATA_DIR"])
        self.web = Unit(GUNICORN, logs / "web.log", held=self.socket and self.socket.fileno())
        self.worker = Unit(worker, logs / "worker.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *units: Unit) -> float:
        """Starts these, and returns the seconds until /readyz says 200."""
        began = time.monotonic()
        for unit in units:
            unit.start(self.environment | {"PYTHONPATH": str(self.folder)}, self.folder)
        self.wait_until_ready()
        return time.monotonic() - began

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        said = ""
        while time.monotonic() < deadline:
            with suppress(OSError, HTTPException):
                status, said = get(self.port, "/readyz")
                if status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"Not ready after {PATIENCE:.0f} s: {said} {self.web.log.read_text()[-2000:]}")


def get(port: int, path: str, timeout: float = 30) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


@contextmanager
def running(plant: Plant) -> Iterator[Plant]:
    """Web and worker, until the end of this block, which kills what is left."""
    try:
        plant.start(plant.web, plant.worker)
        yield plant
    finally:
        plant.web.kill()
        plant.worker.kill()
        if plant.socket:
            plant.socket.close()
