"""A database for one run: a SQLite file, or a PostgreSQL database that is dropped afterwards.

Nothing here touches the tests' own database. What is to be stored or counted is done by functions that run
in processes of their own, where Django knows only the run's database.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

SQLITE = ""


@dataclass(frozen=True)
class Database:
    environment: dict[str, str]
    processes: ProcessPoolExecutor

    def run(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        return self.start(function, *args, **kwargs).result()

    def start(
        self, function: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        return self.processes.submit(function, *args, **kwargs)


@contextmanager
def database(
    folder: Path, server: str = SQLITE, *, processes: int = 1, **settings: str
) -> Iterator[Database]:
    """A new database in `folder`, or on the PostgreSQL server with the URL `server`."""
    with _created(folder, server) as url:
        environment = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "coaching_site.settings",
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            **settings,
        }
        pool = ProcessPoolExecutor(processes, get_context("spawn"), _live_in, (environment,))
        with pool:
            yield Database(environment, pool)


def postgres_server() -> str:
    """The server that the tests use themselves, when that is PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    return url if url.startswith("postgres") else SQLITE


def _live_in(environment: dict[str, str]) -> None:
    """What each process does first, before it loads a model."""
    import django

    os.environ.update(environment)
    django.setup()


@contextmanager
def _created(folder: Path, server: str) -> Iterator[str]:
    if server == SQLITE:
        yield f"sqlite:///{folder}/contention.sqlite3"
        return
    name = f"contention_{secrets.token_hex(6)}"
    _execute(server, f"CREATE DATABASE {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
