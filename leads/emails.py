"""What each mail says. A function a mail; each gives an unsaved Message for the outbox.

A subject holds no text of a visitor, and a mail to a prospect repeats nothing of theirs but the name,
so that the form cannot be used to write to strangers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from leads.models.message import Message
from pages.models import Brand

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

EARLIER_REQUESTS_SHOWN = 5


def acknowledgement(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.ACKNOWLEDGEMENT, "Your request for a strategy call has arrived")


def confirmation(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.CONFIRMATION, "Your strategy call is confirmed")


def refusal(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.REFUSAL, "About your request for a strategy call")


def cancellation(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.CANCELLATION, "Your strategy call is cancelled")


def staff_notice(booking: BookingRequest) -> Message:
    """All that the prospect sent. An answer to this mail goes to the prospect."""
    earlier = type(booking).objects.from_same_address(booking)
    path = reverse("admin:leads_bookingrequest_change", args=[booking.pk])
    return _message(
        booking,
        Message.Kind.STAFF_NOTICE,
        "Somebody asks for a strategy call",
        recipient=settings.STAFF_EMAIL,
        reply_to=booking.email,
        answers=_answers(booking),
        earlier=earlier[:EARLIER_REQUESTS_SHOWN],
        staff_url=settings.SITE_URL + path,
    )


def name_without_links(name: str) -> str:
    """A name on one line, in which no mail program finds an address to turn into a link.

    The form refuses names that look like one. Should one pass, it is still only text:
    “www.example.com” becomes “www. example. com”, while “J.R. Hartley” merely gains a space.
    """
    spaced = re.sub(r"[.:/@]+(?=\S)", lambda found: "." * ("." in found[0]) + " ", name)
    return " ".join(spaced.split())


def _answers(booking: BookingRequest) -> list[tuple[str, str]]:
    """What the prospect sent and where they came from, each with its label; without what was left empty."""
    source = [booking.source_page, booking.source_cta]
    campaign = [
        booking.utm_source,
        booking.utm_medium,
        booking.utm_campaign,
        booking.utm_term,
        booking.utm_content,
    ]
    answers = [
        ("Name", booking.name),
        ("Email", booking.email),
        ("Current role", booking.role),
        ("Years of experience", booking.get_experience_display()),
        ("Direction", booking.get_direction_display()),
        ("What would make the call worth it", booking.goals),
        ("Profile", booking.profile_url),
        ("Wished time", booking.wished_time),
        ("Time zone", booking.time_zone),
        ("Occasional emails", "Yes, please" if booking.mail_consent else "No"),
        ("Came from", " › ".join(filter(None, source))),
        ("Campaign", " › ".join(filter(None, campaign))),
    ]
    return [(label, value) for label, value in answers if value]


def _to_prospect(booking: BookingRequest, kind: Message.Kind, subject: str) -> Message:
    return _message(
        booking,
        kind,
        subject,
        recipient=booking.email,
        reply_to=settings.STAFF_EMAIL,
        name=name_without_links(booking.name),
        call_url=settings.SITE_URL + booking.get_absolute_url(),
        book_url=settings.SITE_URL + reverse("book"),
    )


def _message(
    booking: BookingRequest,
    kind: Message.Kind,
    subject: str,
    *,
    recipient: str,
    reply_to: str,
    **context: Any,
) -> Message:
    context |= {
        "booking": booking,
        "brand": Brand.current(),
        "subject": subject,
        "site_url": settings.SITE_URL,
    }
    return Message(
        booking=booking,
        kind=kind,
        recipient=recipient,
        reply_to=reply_to,
        subject=subject,
        text=_without_gaps(render_to_string(f"emails/{kind.value}.txt", context)),
        html=render_to_string(f"emails/{kind.value}.html", context),
    )


def _without_gaps(text: str) -> str:
    """At most one empty line between two paragraphs, whatever parts of the template were left out."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
