"""How often, counted in the database, so that several processes and machines count together.

A counter is a number for one key in one stretch of time. Keys are keyed hashes: the table names no network
and no mail address, and is of no use to anybody who does not have the site's key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from leads.models import RateCounter

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

MOST_OF_A_NETWORK = 30
"""In an hour. Beyond, the form is shown again with all that was typed, and nothing is stored."""


class TooMany(Exception):
    """This network sent more than any office would. Nothing was stored."""


@dataclass(frozen=True)
class Counts:
    """This sending included: of its network within the hour, all others within the day."""

    of_network: int = 0
    of_address: int = 1
    of_form: int = 1


def count(*, network: str, email: str, form: str, at: datetime) -> Counts:
    """Counts one sending. Raises TooMany."""
    of_address, of_form, *of_network = RateCounter.raise_by_one(
        _counter("address", one_mailbox(email), DAY, at),
        _counter("form", form, DAY, at),
        *([_counter("network", network, HOUR, at)] if network else []),
    )
    if sum(of_network) > MOST_OF_A_NETWORK:
        raise TooMany
    return Counts(sum(of_network), of_address, of_form)


def one_mailbox(canonical: str) -> str:
    """Without the dots and “+tags” that lead to the same mailbox. Only for counting: it merges nobody."""
    name, _, domain = canonical.rpartition("@")
    return f"{re.sub(r'[+].*', '', name).replace('.', '')}@{domain}"


def forget_old(at: datetime) -> int:
    """Deletes counters whose time is over; returns how many."""
    return RateCounter.objects.filter(begins_at__lt=at - 2 * DAY).delete()[0]


def _counter(kind: str, value: str, stretch: timedelta, at: datetime) -> tuple[str, datetime]:
    """Its key, and the beginning of the stretch of time that `at` lies in."""
    key = salted_hmac("leads.suspicion.limits", f"{kind}:{value}", algorithm="sha256").hexdigest()
    seconds = int(stretch.total_seconds())
    begins_at = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, at.tzinfo)
    return key, begins_at
