"""How long ago something was, in the words that staff read."""

from datetime import datetime, timedelta

from django.utils.timesince import timesince


def age(since: datetime, *, at: datetime) -> str:
    """In its largest unit: “3 hours”."""
    if at - since < timedelta(minutes=1):
        return "less than a minute"
    return timesince(since, at, depth=1)
