"""What the tests of leads share: a stored request, a visitor with a browser's headers, and a Monday."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from leads.models import BookingRequest, CallRules, WeeklyHours
from tests.leads.factories import submitted


@pytest.fixture
def booking(db: None) -> BookingRequest:
    return submitted()


@pytest.fixture
def open_hours(db: None) -> CallRules:
    """Every day from nine to five, with room for everybody."""
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="17:00")
    rules = CallRules(calls_a_day=96, calls_a_week=672)
    rules.save()
    return rules


@pytest.fixture
def visitor(open_hours: CallRules) -> Client:
    """A browser on our own page. It would notice a missing CSRF exemption."""
    return Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1"})


@pytest.fixture
def monday() -> Iterator[None]:
    """For tests whose times must not depend on when they run: seven o'clock in Amsterdam."""
    with time_machine.travel(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), tick=False):
        yield
