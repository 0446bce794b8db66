"""What a webhook says of a booking. docs/webhooks.md promises every name in here.

A name once there keeps its place and its meaning as long as the version stays the same; new ones may join.
The address of the prospect's own page is not among them: whoever has it can cancel the call.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from leads.desk_links import desk_url
from leads.models.event import BookingEvent
from leads.models.hours import CallRules
from leads.models.message import Message
from leads.models.retries import GIVE_UP_CALL_AFTER
from leads.models.webhook import WebhookEndpoint, WebhookEvent

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

VERSION = 1
TEST = "webhook.test"

TELLS = {
    BookingEvent.Kind.REQUESTED: WebhookEvent.REQUESTED,
    BookingEvent.Kind.CONFIRMED: WebhookEvent.CONFIRMED,
    BookingEvent.Kind.DECLINED: WebhookEvent.DECLINED,
    BookingEvent.Kind.MOVED: WebhookEvent.MOVED,
    BookingEvent.Kind.CANCELLED: WebhookEvent.CANCELLED,
    BookingEvent.Kind.ATTENDED: WebhookEvent.OUTCOME,
    BookingEvent.Kind.NO_SHOW: WebhookEvent.OUTCOME,
    BookingEvent.Kind.OUTCOME: WebhookEvent.OUTCOME,
}
"""What the lines of a request's history are to a webhook. A note of staff is nobody else's business."""


def tell(booking: BookingRequest, kind: BookingEvent.Kind, *, at: datetime) -> None:
    """Queues a call to every endpoint that wants to know. Belongs in the transaction of what it tells."""
    event = TELLS.get(kind)
    endpoints = WebhookEndpoint.wanting(event) if event else []
    if event and endpoints:
        text = body(event.type, data_of(booking), at=at)
        Message.queue(*(_call(endpoint, event.type, text, at, booking) for endpoint in endpoints))


def send_test(endpoint: WebhookEndpoint, *, at: datetime) -> None:
    """Queues a call that tells of nothing, so that staff see whether it arrives."""
    endpoint.try_soon()
    text = body(TEST, {"endpoint": endpoint.name}, at=at)
    Message.queue(_call(endpoint, TEST, text, at, None))


def _call(
    endpoint: WebhookEndpoint, type_: str, text: str, at: datetime, booking: BookingRequest | None
) -> Message:
    return Message(
        kind=Message.Kind.WEBHOOK,
        endpoint=endpoint,
        booking=booking,
        subject=type_,
        text=text,
        created_at=at,
        next_attempt_at=at,
        give_up_at=at + GIVE_UP_CALL_AFTER,
    )


def body(type_: str, data: dict[str, Any], *, at: datetime) -> str:
    """The JSON of a call. It is written once, so that every attempt signs the same bytes."""
    return json.dumps(
        {"type": type_, "timestamp": _utc(at), "version": VERSION, "data": data},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def data_of(booking: BookingRequest) -> dict[str, Any]:
    """The facts that the notice to staff holds, as they stand now."""
    return {
        "id": booking.pk,
        "status": booking.status,
        "outcome": booking.outcome or None,
        "received_at": _utc(booking.created_at),
        "staff_url": desk_url("bookingrequest_change", booking.pk),
        "call": _call_of(booking),
        "on_waiting_list": booking.on_waiting_list,
        "contact": {"name": booking.name, "email": booking.email, "time_zone": booking.time_zone},
        "answers": {
            "role": booking.role,
            "experience": booking.experience,
            "direction": booking.direction,
            "goals": booking.goals,
            "profile_url": booking.profile_url,
            "wished_time": booking.wished_time,
            "agreed_to_mails": bool(booking.mail_consent),
        },
        "source": {
            "page": booking.source_page,
            "button": booking.source_cta,
            "utm_source": booking.utm_source,
            "utm_medium": booking.utm_medium,
            "utm_campaign": booking.utm_campaign,
            "utm_term": booking.utm_term,
            "utm_content": booking.utm_content,
        },
    }


def _call_of(booking: BookingRequest) -> dict[str, str] | None:
    if booking.starts_at is None or booking.ends_at is None:
        return None
    return {
        "starts_at": _utc(booking.starts_at),
        "ends_at": _utc(booking.ends_at),
        "prospect_time_zone": booking.time_zone,
        "coach_time_zone": CallRules.current().time_zone,
    }


def _utc(instant: datetime) -> str:
    """RFC 3339, in UTC and whole seconds: 2026-11-23T06:00:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
