"""New, empty databases for a benchmark: a SQLite file, and one on a PostgreSQL server when there is one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

SERVER = os.environ.get("BENCH_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextmanager
def new_databases(folder: Path) -> Iterator[dict[str, str]]:
    """URLs by the names of the products. Without a server there is no PostgreSQL among them."""
    found = {"SQLite": f"sqlite:///{folder / 'bench.sqlite3'}"}
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError:
        yield found
        return
    name = Identifier(f"coaching_site_bench_{secrets.token_hex(4)}")
    with server:
        server.execute(SQL("CREATE DATABASE {}").format(name))
        try:
            yield found | {
                "PostgreSQL": urlsplit(SERVER)._replace(path=f"/{name.as_string()[1:-1]}").geturl()
            }
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))
