"""Recipes for requests, so that a test names only what it is about."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from leads.models import BookingRequest

ANSWERS: dict[str, str] = {
    "time_zone": "Europe/Amsterdam",
    "wished_time": "Weekday evenings after 19:00",
    "name": "Samira Haddad",
    "email": "samira@example.com",
    "role": "Senior AI engineer",
    "experience": "5_to_8",
    "profile_url": "https://github.com/samira",
    "direction": "unsure",
    "goals": "Choose between the staff track and architecture.\nAnd a plan for the next year.",
}
"""What a prospect typed, field by field."""


def submitted(*, at: datetime | None = None, **changes: Any) -> BookingRequest:
    """A realistic request, stored with its event and its Messages; with `starts_at`, for half an hour."""
    answers = ANSWERS | {
        "consent": "You may store these answers",
        "source_page": "ai-architect-vs-ai-engineer",
        "source_cta": "hero",
        "utm_source": "newsletter",
        "source_name": "newsletter",
    }
    if starts_at := changes.get("starts_at"):
        changes.setdefault("ends_at", starts_at + timedelta(minutes=30))
    booking = BookingRequest(fingerprint=secrets.token_hex(32), **(answers | changes))
    return booking.submit(at=at or timezone.now())
