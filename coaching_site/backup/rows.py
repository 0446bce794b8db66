"""Every row of every table as lines of JSON, the same on SQLite and on PostgreSQL.

The tables are those of the migrations that a database has applied, not those of the code that reads it, so
that a backup of an older release can be put back by a newer one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_iso_string

CHUNK = 2_000
MIGRATION = tuple[str, str]

LEFT_OUT = {"django_session"}
"""Whoever gets hold of a backup must not be signed in by it."""


@dataclass(frozen=True)
class Fingerprint:
    """What a table holds: how many rows, and the SHA-256 of its lines in the order of their keys."""

    rows: int
    sha256: str


def tables(applied: Iterable[MIGRATION]) -> list[type[models.Model]]:
    """A model for each table of a database in which these migrations are applied, by name."""
    loader = MigrationLoader(None)
    known = [key for key in applied if key in loader.graph.nodes]
    state = loader.project_state(last_of(known, loader))
    found = state.apps.get_models(include_auto_created=True)
    by_name = {model._meta.db_table: model for model in found if model._meta.managed}
    return [by_name[name] for name in sorted(by_name.keys() - LEFT_OUT)]


def last_of(applied: Iterable[MIGRATION], loader: MigrationLoader) -> list[MIGRATION]:
    """Those that no other applied migration of the same app builds on."""
    built_on = {
        parent.key
        for key in applied
        for parent in loader.graph.node_map[key].parents
        if parent.key[0] == key[0]
    }
    return [key for key in applied if key not in built_on]


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is as it was at one moment. Nobody who writes has to wait for it."""
    if connection.vendor == "sqlite":
        # Not `atomic`, which takes the write lock at once. In WAL mode a reader keeps what it first saw.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def lines_of(model: type[models.Model]) -> Iterator[bytes]:
    """The names of the columns, then each row, in the order of the primary key."""
    fields = _stored_fields(model)
    yield _line([_column(field) for field in fields])
    rows = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in rows.iterator(chunk_size=CHUNK):
        yield _line([_plain(value) for value in row])


def fingerprint(lines: Iterable[bytes]) -> Fingerprint:
    digest, count = hashlib.sha256(), -1  # The first line is no row.
    for line in lines:
        digest.update(line)
        count += 1
    return Fingerprint(max(count, 0), digest.hexdigest())


def load(model: type[models.Model], lines: Iterator[bytes]) -> None:
    """Puts the rows into the model's table, exactly as they were: no default, no “changed at” of today."""
    by_column = {_column(field): field for field in _stored_fields(model)}
    fields = [by_column[column] for column in json.loads(next(lines))]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(_column(field)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608 (our names)
    with connection.cursor() as cursor:
        while chunk := list(islice(lines, CHUNK)):
            cursor.executemany(insert, [_stored(fields, json.loads(line)) for line in chunk])


def _stored_fields(model: type[models.Model]) -> list[Any]:
    """Without what the database computes from others, and lets nobody write."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def empty(found: Iterable[type[models.Model]]) -> None:
    """Takes out what migrations put into a new database. Keys are checked when the transaction ends."""
    with connection.cursor() as cursor:
        for model in found:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def count_on(found: list[type[models.Model]]) -> None:
    """Lets the next new row of each table have the next free number."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)


def _column(field: Any) -> str:
    return str(field.column)


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _plain(value: Any) -> Any:
    """As JSON has it, and as the field's own `to_python` reads it back."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case Decimal() | UUID():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
    return value


def _stored(fields: list[Any], values: list[Any]) -> list[Any]:
    return [_as_stored(field, value) for field, value in zip(fields, values, strict=True)]


def _as_stored(field: Any, value: Any) -> Any:
    if value is not None and not isinstance(field, models.JSONField):
        value = field.to_python(value)
    return field.get_db_prep_save(value, connection)
