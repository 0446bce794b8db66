"""All that happened to a request and all that was written about it, in one line of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from leads.models import BookingEvent, BookingRequest, Message

MOST = 500
"""Of each kind; no request comes near, and a page has an end."""


@dataclass(frozen=True)
class Entry:
    at: datetime
    event: BookingEvent | None = None
    mail: Message | None = None


def timeline(booking: BookingRequest) -> list[Entry]:
    """The newest first: what happened last is seen without scrolling, and stands below the form for notes,
    however long a history has become."""
    events = booking.events.select_related("by").order_by("-at", "-pk")[:MOST]
    mails = Message.objects.mails().filter(booking=booking).order_by("-created_at", "-pk")[:MOST]
    return list(
        merge(
            [Entry(mail.created_at, mail=mail) for mail in mails],
            [Entry(event.at, event=event) for event in events],
            key=lambda entry: entry.at,
            reverse=True,
        )
    )
