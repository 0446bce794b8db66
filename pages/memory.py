"""What was worked out from the database, kept in this process for as long as it counts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple

MOST_THINGS = 500
"""Most of them are pages of some 30 KB; the oldest go first."""


class Kept(NamedTuple):
    """Something that was worked out, and until when it is true; None: until something changes."""

    thing: Any
    true_until: datetime | None


_kept: OrderedDict[Hashable, Kept] = OrderedDict()
_lock = Lock()


def recall(name: Hashable, at: datetime, work_out: Callable[[], Kept]) -> Kept:
    """What is known by this name at the instant `at`, worked out if it is not.

    The name says all that it depends on, such as the version of what it was made from.
    """
    kept = _kept.get(name)
    if kept is None or (kept.true_until and at >= kept.true_until):
        kept = work_out()
        _keep(name, kept)
    return kept


def forget_all() -> None:
    with _lock:
        _kept.clear()


def _keep(name: Hashable, kept: Kept) -> None:
    with _lock:
        _kept[name] = kept
        _kept.move_to_end(name)
        while len(_kept) > MOST_THINGS:
            _kept.popitem(last=False)
