"""How long ago something was, in the words that staff read."""

from datetime import datetime, timedelta

from django.utils.timesince import timesince


def age(since: datetime, *, at: datetime) -> str:
    """In its largest unit: “3 hours”."""
    if at - since < timedelta(minutes=1):
        return "less than a minute"
    return timesince(since, at, depth=1)


def last_read(read_at: datetime | None, *, at: datetime) -> str:
    """Of a calendar's copy: “read 3 hours ago”."""
    return f"read {age(read_at, at=at)} ago" if read_at else "not read yet"
