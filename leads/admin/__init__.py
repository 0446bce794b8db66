"""The requests' side of the staff desk."""

from leads.admin import (
    booking,
    booking_page,
    calendars,
    hours,
    messages,
    reply_templates,
    sources,
    tags,
    webhooks,
)

__all__ = [
    "booking",
    "booking_page",
    "calendars",
    "hours",
    "messages",
    "reply_templates",
    "sources",
    "tags",
    "webhooks",
]
