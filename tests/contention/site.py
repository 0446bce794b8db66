"""The site as it is served in production: gunicorn with several processes, on a port of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.contention import story
from tests.contention.database import Database

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
"""Seconds. Other people's machines are slower, and busy with other tests."""


@dataclass(frozen=True)
class Site:
    port: int
    pid: int
    database: Database
    session: str
    """Of a member of staff who is signed in."""
    log: Path


@contextmanager
def site(database: Database, **environment: str) -> Iterator[Site]:
    """Serves a migrated database that has hours in which calls are possible."""
    session = database.run(story.prepare)
    with serving(database, session, **environment) as served:
        yield served


@contextmanager
def serving(
    database: Database, session: str = "", *, application: str = "", **environment: str
) -> Iterator[Site]:
    """Serves the database as it is, by the site's own application or another one."""
    port = _free_port()
    log = Path(database.environment["DATA_DIR"]) / f"server-{port}.log"
    command = ["gunicorn", "--config", "python:coaching_site.gunicorn_config", *filter(None, [application])]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=database.environment | {"PORT": str(port)} | environment,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_it_answers(port, process, log)
        yield Site(port, process.pid, database, session, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/livez")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(f"The server did not answer. It wrote: {log.read_text()}")
