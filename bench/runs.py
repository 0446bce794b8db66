"""On which databases a benchmark runs, each time in one of its own."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contention.database import SQLITE, Database, database, postgres_server


def options_of(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--postgres",
        default=postgres_server(),
        metavar="URL",
        help="a server on which a database may be created and dropped; else that of DATABASE_URL",
    )
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="leave the other one out")
    return parser


def names_of(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The databases to run on: their name, and the URL of their server."""
    if options.only != "postgres":
        yield "SQLite", SQLITE
    if options.only != "sqlite":
        if options.postgres:
            yield "PostgreSQL", options.postgres
        else:
            say("PostgreSQL is left out: name a server by --postgres or DATABASE_URL.")


@contextmanager
def new_database(server: str, *, processes: int = 1, **settings: str) -> Iterator[Database]:
    with (
        tempfile.TemporaryDirectory(prefix="coaching-site-bench-") as folder,
        database(Path(folder), server, processes=processes, **settings) as run,
    ):
        yield run


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
