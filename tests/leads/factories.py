"""Recipes for requests, so that a test names only what it is about."""

import secrets
from typing import Any

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


def submitted(**changes: Any) -> BookingRequest:
    """A realistic request, stored with its event and its Messages."""
    answers = ANSWERS | {
        "consent": "You may store these answers",
        "source_page": "ai-architect-vs-ai-engineer",
        "source_cta": "hero",
        "utm_source": "newsletter",
    }
    return BookingRequest(fingerprint=secrets.token_hex(32), **(answers | changes)).submit()
