"""Every check of the desk, in the order in which they are named when nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from leads import alarms
from leads.alarms import Alarm, Check, Severity
from leads.bounded import Number
from leads.glance import Glance
from pages import desk


def old_claims(glance: Glance) -> Iterator[Alarm]:
    """The desk lists them further down."""
    if number := len(desk.old_claims(at=glance.at)):
        claims = alarms.in_words(Number(number), "claim")
        yield Alarm(Severity.LATE, f"{claims} on the pages should be looked at again.", "#old-claims")


CHECKS = [
    *alarms.CHECKS,
    Check("claims on the pages", old_claims, "pages.view_landingpage"),
]
