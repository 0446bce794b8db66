"""When a webhook that failed is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

RETRIES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""Reckoned from the beginning, so that an attempt that came late does not push all later ones back."""

GIVE_UP_CALL_AFTER = RETRIES[-1]
LONGEST_WISH = timedelta(hours=6)
"""A receiver may ask for a longer pause (Retry-After); up to this."""


def next_retry(began: datetime, at: datetime, *, spread: float = 0) -> datetime | None:
    """The first instant of the schedule after `at`, for what began to be tried at `began`. None: give up.

    `spread` makes each pause longer by that part, so that not everything that failed at once comes again
    at once.
    """
    instants = (began + pause * (1 + spread) for pause in RETRIES)
    return next((instant for instant in instants if instant > at), None)
