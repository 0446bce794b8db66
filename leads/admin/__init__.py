"""The requests' side of the staff desk."""

from leads.admin import (
    booking,
    booking_page,
    calendars,
    exports,
    hours,
    messages,
    privacy,
    reply_templates,
    retention,
    sources,
    tags,
    webhooks,
)

__all__ = [
    "booking",
    "booking_page",
    "calendars",
    "exports",
    "hours",
    "messages",
    "privacy",
    "reply_templates",
    "retention",
    "sources",
    "tags",
    "webhooks",
]
