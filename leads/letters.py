"""What staff write to a prospect: a letter, begun from a template and edited before it leaves.

A letter is plain text. An empty line begins a paragraph and a web address becomes a link; nothing else in it
means anything, so that every mail program shows what was typed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from leads import placeholders
from leads.clock import in_full
from leads.emails import name_without_links
from leads.models import BookingRequest, ReplyTemplate, Resource
from pages.models import Brand

NO_TIME_YET = "a time yet to be found"


@dataclass(frozen=True)
class Letter:
    subject: str
    """One line."""
    text: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    """The same letter sent twice has the same one, and leaves once."""


def begun(template: ReplyTemplate, booking: BookingRequest, resource: Resource | None = None) -> Letter:
    """A letter to the prospect as the template begins it."""
    values = _values(booking, resource)
    return Letter(placeholders.fill(template.subject, values), placeholders.fill(template.body, values))


def standard_not_now(booking: BookingRequest) -> Letter:
    """The answer “not now” in the first of its wordings, with the first of the resources."""
    return begun(ReplyTemplate.standard_not_now(), booking, Resource.objects.in_use().first())


def example(template: ReplyTemplate, *, at: datetime) -> Letter:
    """What a made-up prospect would get, who asked for a call in three days from the instant `at`."""
    prospect = BookingRequest(
        name="Ana Lima",
        time_zone="America/Sao_Paulo",
        starts_at=at.replace(minute=0, second=0, microsecond=0) + timedelta(days=3),
        token="their-own-page",  # noqa: S106  (no secret: nobody has such a page)
    )
    resource = Resource.objects.in_use().first() or Resource(
        title="A title", address="/", sentence="Here stands why you recommend it."
    )
    return begun(template, prospect, resource)


def _values(booking: BookingRequest, resource: Resource | None) -> dict[str, str]:
    name = name_without_links(booking.name)
    return {
        "first_name": name.split(" ")[0],
        "name": name,
        "coach": Brand.current().name,
        "call_time": _call_time(booking),
        "call_page": settings.SITE_URL + booking.get_absolute_url(),
        "booking_page": settings.SITE_URL + reverse("book"),
        "resource": resource.in_words if resource else "",
    }


def _call_time(booking: BookingRequest) -> str:
    if booking.starts_at is None:
        return NO_TIME_YET
    return in_full(booking.starts_at, booking.time_zone, booking.language)
