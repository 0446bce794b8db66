"""Django's SQLite, whose writers stand in one line.

SQLite has one writer at a time. Whoever else wants to write sleeps and tries again, the longer the more often
it was in vain, so that those who came last overtake those who waited longest. Here every write waits for a
lock on a file beside the database first, and finds SQLite free.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django.db.backends.sqlite3 import base

from coaching_site.sqlite.line import Line

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")
"""What writes without a transaction around it."""


Base: Any = base.DatabaseWrapper
"""The stubs know none of the methods that a backend overrides."""


class DatabaseWrapper(Base):  # type: ignore[misc]
    """In a transaction, which begins IMMEDIATE, the line is kept until it ends; else for one statement.

    Raises OperationalError when the line takes longer than the option `timeout`, as SQLite's own wait does.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line: Line | None = None
        self.execute_wrappers.append(self._execute_in_line)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            self.line = Line(f"{conn_params['database']}-line", patience=conn_params["timeout"])
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        if self.line:
            self.line.join()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self.line:
            self.line.leave()

    def _execute_in_line(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        is_alone = self.line and not self.in_atomic_block and sql.startswith(WRITES)
        with self.line if self.line and is_alone else nullcontext():
            return execute(sql, params, many, context)
