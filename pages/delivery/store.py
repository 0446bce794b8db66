"""Entries in the memory of this process: as many as fit, the oldest go first."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from pages.delivery.entry import Entry

Key = tuple[str, str, str]
"""Scheme, host and path. The query says nothing about what a page shows."""

MOST_ENTRIES = 1_000
MOST_BYTES = 32 * 1024 * 1024


class Store:
    def __init__(self, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self.most_entries, self.most_bytes = most_entries, most_bytes
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Key) -> Entry | None:
        return self._entries.get(key)

    def put(self, key: Key, entry: Entry) -> None:
        with self._lock:
            self._drop(key)
            self._entries[key] = entry
            self._bytes += entry.size
            while len(self._entries) > self.most_entries or self._bytes > self.most_bytes:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        if entry := self._entries.pop(key, None):
            self._bytes -= entry.size
