"""The site as it is served in production: gunicorn with several processes, on a port of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.contention import story
from tests.contention.database import Database
from tests.servers import HOST, PATIENCE, free_port, wait_until

ROOT = Path(__file__).parents[2]


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
    port = free_port()
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
        wait_until(lambda: _status(port) == 200, process=process, log=log)
        yield Site(port, process.pid, database, session, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _status(port: int) -> int:
    with closing(HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        connection.request("GET", "/livez")
        return connection.getresponse().status
