"""Content encodings: which of ours a browser likes best (RFC 9110, 12.5.3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache

import brotli

IDENTITY = ""

# Brotli's fifth level takes about a millisecond for a page, and is smaller than gzip's ninth.
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=5),
    "gzip": lambda content: gzip.compress(content, compresslevel=6, mtime=0),
}


def best_brotli(content: bytes) -> bytes:
    """The smallest, at fifty times the cost: for the worker, never while somebody waits."""
    compressed: bytes = brotli.compress(content, quality=11)
    return compressed


@lru_cache(maxsize=256)
def preferred_encoding(accepted: str) -> str:
    """The encoding with the highest q-value, Brotli among equals; IDENTITY when none of ours is welcome."""
    weights = dict(_weight(entry) for entry in accepted.lower().split(",") if entry.strip())
    wishes = {name: weights.get(name, weights.get("*", 0.0)) for name in COMPRESSORS}
    best = max(wishes, key=lambda name: wishes[name])
    return best if wishes[best] > 0 else IDENTITY


def _weight(entry: str) -> tuple[str, float]:
    """`gzip;q=0.5` → gzip, 0.5. A weight that cannot be read counts as a refusal."""
    name, _, parameter = (part.strip() for part in entry.partition(";"))
    if not parameter:
        return name, 1.0
    key, _, value = parameter.partition("=")
    try:
        return name, float(value) if key.strip() == "q" else 1.0
    except ValueError:
        return name, 0.0
