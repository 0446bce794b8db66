"""Rows asked for in SQL, where a visitor waits: to compose a short query, Django takes ten times as long as a
database takes to answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Instants go in and come out as they do through a model."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapted(value) for value in values])
        return [tuple(map(_in_utc, row)) for row in cursor.fetchall()]


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _in_utc(value: Any) -> Any:
    """SQLite keeps instants in UTC without saying so."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
