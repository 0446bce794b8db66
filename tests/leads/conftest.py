"""What the tests of leads share: a stored request, and a visitor with a browser's headers."""

import pytest
from django.test import Client

from leads.models import BookingRequest
from tests.leads.factories import submitted


@pytest.fixture
def booking(db: None) -> BookingRequest:
    return submitted()


@pytest.fixture
def visitor(db: None) -> Client:
    """A browser on our own page. It would notice a missing CSRF exemption."""
    return Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1"})
