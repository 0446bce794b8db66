"""What each mail says. A function a mail; each gives an unsaved Message for the outbox.

A subject holds no text of a visitor, and a mail to a prospect repeats nothing of theirs but the name,
so that the form cannot be used to write to strangers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from leads.models.message import Message
from pages.models import Brand

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest


def acknowledgement(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.ACKNOWLEDGEMENT, "Your request for a strategy call has arrived")


def confirmation(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.CONFIRMATION, "Your strategy call is confirmed")


def refusal(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.REFUSAL, "About your request for a strategy call")


def cancellation(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.CANCELLATION, "Your strategy call is cancelled")


def staff_notice(booking: BookingRequest) -> Message:
    path = reverse("admin:leads_bookingrequest_change", args=[booking.pk])
    return _message(
        booking,
        Message.Kind.STAFF_NOTICE,
        "Somebody asks for a strategy call",
        recipient=settings.STAFF_EMAIL,
        reply_to=booking.email,
        staff_url=settings.SITE_URL + path,
    )


def _to_prospect(booking: BookingRequest, kind: Message.Kind, subject: str) -> Message:
    return _message(
        booking,
        kind,
        subject,
        recipient=booking.email,
        call_url=settings.SITE_URL + booking.get_absolute_url(),
    )


def _message(
    booking: BookingRequest,
    kind: Message.Kind,
    subject: str,
    *,
    recipient: str,
    reply_to: str = "",
    **context: Any,
) -> Message:
    context |= {"booking": booking, "brand": Brand.current(), "subject": subject}
    return Message(
        booking=booking,
        kind=kind,
        recipient=recipient,
        reply_to=reply_to,
        subject=subject,
        text=render_to_string(f"emails/{kind.value}.txt", context),
        html=render_to_string(f"emails/{kind.value}.html", context),
    )
