"""A SQLite that is safe when web and worker write at the same time.

In WAL mode, SQLite before 3.51.3 can corrupt its file when two connections write or checkpoint at the
same instant (sqlite.org/wal.html, the WAL-reset bug). Where Python was built with an older library, the
bundled newer one takes its place, before Django looks for either.
"""

import sqlite3
import sys
from importlib import import_module

SAFE_SINCE = (3, 51, 3)


def prefer_safe_library() -> tuple[int, ...]:
    """Puts the bundled SQLite in the place of an older one. Returns the version now in use."""
    if sqlite3.sqlite_version_info >= SAFE_SINCE:
        return sqlite3.sqlite_version_info
    try:
        bundled = import_module("pysqlite3")
        bundled_api = import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3.sqlite_version_info
    sys.modules["sqlite3"] = bundled
    sys.modules["sqlite3.dbapi2"] = bundled_api
    version: tuple[int, ...] = bundled_api.sqlite_version_info
    return version
