"""What each mail says. A function a mail; each gives an unsaved Message for the outbox.

A subject holds no text of a visitor, and a mail to a prospect repeats nothing of theirs but the name,
so that the form cannot be used to write to strangers. Letters say what staff wrote. Every other mail that
speaks of a time tells it by both clocks: to a prospect by theirs first, and with dates as their language
writes them; to staff by the coach's.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from leads import calendar_file
from leads.clock import Told, in_full, minutes_between, told
from leads.desk_links import desk_url
from leads.models.event import BookingEvent
from leads.models.hours import CallRules
from leads.models.message import Message
from leads.models.status import Outcome, Status
from pages.models import Brand, Question

if TYPE_CHECKING:
    from leads.letters import Letter
    from leads.models.booking import BookingRequest
    from leads.models.busy import BusyCalendar
    from leads.models.canary import Canary
    from leads.models.waiting import TimeOffer
    from leads.models.webhook import WebhookEndpoint

EARLIER_REQUESTS_SHOWN = 5


# --- To the prospect.


def acknowledgement(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.ACKNOWLEDGEMENT, "Your request for a strategy call has arrived")


def confirmation(booking: BookingRequest) -> Message:
    message = _to_prospect(booking, Message.Kind.CONFIRMATION, "Your strategy call is confirmed")
    return _with_invitation(message, booking)


def refusal(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.REFUSAL, "About your request for a strategy call")


def reply(booking: BookingRequest, letter: Letter) -> Message:
    return _letter(booking, Message.Kind.REPLY, letter)


def not_now(booking: BookingRequest, letter: Letter) -> Message:
    """A refusal in kind words, with something to read in place of the call."""
    return _letter(booking, Message.Kind.NOT_NOW, letter)


def cancellation(booking: BookingRequest, *, was_invited: bool) -> Message:
    """Takes the call out of the prospect's calendar, when an invitation had put it there."""
    message = _to_prospect(
        booking, Message.Kind.CANCELLATION, "Your strategy call is cancelled", was_invited=was_invited
    )
    if was_invited and booking.starts_at:
        message.calendar = calendar_file.withdrawal(booking, at=timezone.now())
    return message


def moved(booking: BookingRequest) -> Message:
    message = _to_prospect(booking, Message.Kind.MOVED, "Your strategy call has a new time")
    return _with_invitation(message, booking) if booking.is_confirmed else message


def time_offer(booking: BookingRequest, offer: TimeOffer) -> Message:
    """A freed time for somebody on the waiting list. Once the offer has expired, the mail is pointless."""
    message = _to_prospect(
        booking,
        Message.Kind.TIME_OFFER,
        "A time for your strategy call has become free",
        when=_by_prospects_clock(booking, offer.starts_at),
        minutes=minutes_between(offer.starts_at, offer.ends_at),
        until=_by_prospects_clock(booking, offer.expires_at),
    )
    message.occasion = f"time_offer:{offer.pk}"
    message.give_up_at = offer.expires_at
    return message


def reminder_day(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.REMINDER_DAY, "Your strategy call is coming up")


def reminder_hour(booking: BookingRequest) -> Message:
    return _to_prospect(booking, Message.Kind.REMINDER_HOUR, "Your strategy call begins soon")


# --- To staff.


def staff_notice(booking: BookingRequest) -> Message:
    """All that the prospect sent. An answer to this mail goes to the prospect."""
    return _about_prospect(booking, Message.Kind.STAFF_NOTICE, "Somebody asks for a strategy call")


def moved_notice(booking: BookingRequest) -> Message:
    return _to_staff(booking, Message.Kind.MOVED_NOTICE, "A prospect chose a time for a strategy call")


def cancelled_notice(booking: BookingRequest) -> Message:
    return _to_staff(booking, Message.Kind.CANCELLED_NOTICE, "A prospect cancelled a strategy call")


def brief(booking: BookingRequest) -> Message:
    """What is good to know when the call begins."""
    return _about_prospect(booking, Message.Kind.BRIEF, "A strategy call begins soon", notes=_notes(booking))


def outcome_question(booking: BookingRequest) -> Message:
    """Its links only show a page of the staff desk; a button there records the answer."""
    page = desk_url("bookingrequest_outcome", booking.pk)
    choices = [(label, f"{page}?choice={value}") for value, label in _outcomes()]
    return _to_staff(
        booking, Message.Kind.OUTCOME_QUESTION, "What came of the strategy call?", choices=choices
    )


def stale_calendar(calendar: BusyCalendar) -> Message:
    """Staff must know that busy times are old: a call could be booked over something else."""
    return _message(
        None,
        Message.Kind.STALE_CALENDAR,
        "A calendar has not been read for hours",
        recipient=settings.STAFF_EMAIL,
        reply_to="",
        calendar=calendar,
        read_at=calendar.read_at and in_full(calendar.read_at, CallRules.current().time_zone),
        staff_url=desk_url("busycalendar_change", calendar.pk),
    )


def webhook_off(endpoint: WebhookEndpoint) -> Message:
    """Staff must know that another program is not told of bookings any more."""
    return _message(
        None,
        Message.Kind.WEBHOOK_OFF,
        "A webhook was switched off",
        recipient=settings.STAFF_EMAIL,
        reply_to="",
        endpoint=endpoint,
        staff_url=desk_url("webhookendpoint_change", endpoint.pk),
    )


def canary_fails(canary: Canary) -> Message:
    """Staff must know that nobody can book a call."""
    return _of_canary(canary, Message.Kind.CANARY_FAILS, "Nobody can book a call at the moment")


def canary_passes(canary: Canary) -> Message:
    return _of_canary(canary, Message.Kind.CANARY_PASSES, "Calls can be booked again")


def _of_canary(canary: Canary, kind: Message.Kind, subject: str) -> Message:
    return _message(
        None,
        kind,
        subject,
        recipient=settings.STAFF_EMAIL,
        reply_to="",
        canary=canary,
        book_url=settings.SITE_URL + reverse("book"),
        staff_url=settings.SITE_URL + reverse("admin:index"),
    )


def test_mail(address: str) -> Message:
    """To see that mail arrives; it is about nobody."""
    return _message(None, Message.Kind.TEST, "Test", recipient=address, reply_to=settings.STAFF_EMAIL)


# --- What the mails share.


def name_without_links(name: str) -> str:
    """A name on one line, in which no mail program finds an address to turn into a link.

    The form refuses names that look like one. Should one pass, it is still only text:
    “www.example.com” becomes “www. example. com”, while “J.R. Hartley” merely gains a space.
    """
    spaced = re.sub(r"[.:/@]+(?=\S)", lambda found: "." * ("." in found[0]) + " ", name)
    return " ".join(spaced.split())


def _letter(booking: BookingRequest, kind: Message.Kind, letter: Letter) -> Message:
    message = _to_prospect(booking, kind, letter.subject, words=letter.text)
    message.key = letter.key
    return message


def _with_invitation(message: Message, booking: BookingRequest) -> Message:
    if booking.starts_at:
        message.calendar = calendar_file.invitation(booking, at=timezone.now())
    return message


def _to_prospect(booking: BookingRequest, kind: Message.Kind, subject: str, **context: Any) -> Message:
    context = {"when": _by_prospects_clock(booking, booking.starts_at)} | context
    return _message(
        booking,
        kind,
        subject,
        recipient=booking.email,
        reply_to=settings.STAFF_EMAIL,
        name=name_without_links(booking.name),
        call_url=settings.SITE_URL + booking.get_absolute_url(),
        book_url=settings.SITE_URL + reverse("book"),
        how_to_join=booking.how_to_join,
        **context,
    )


def _about_prospect(booking: BookingRequest, kind: Message.Kind, subject: str, **context: Any) -> Message:
    """To staff, with everything that is known about whom they talk to."""
    return _to_staff(
        booking,
        kind,
        subject,
        answers=answers_of(booking),
        earlier=_earlier(booking),
        **context,
    )


def _earlier(booking: BookingRequest) -> list[BookingRequest]:
    """As `from_same_address`, asked in SQL because every booking asks: what the mail tells of the newest."""
    model = type(booking)
    query = (
        f"SELECT id, created_at, status, outcome FROM {model._meta.db_table} "  # noqa: S608 (our own table)
        "WHERE canonical_email = %s AND id < %s AND NOT is_canary ORDER BY id DESC LIMIT %s"
    )
    return [*model.objects.raw(query, [booking.canonical_email, booking.pk, EARLIER_REQUESTS_SHOWN])]


def _to_staff(booking: BookingRequest, kind: Message.Kind, subject: str, **context: Any) -> Message:
    return _message(
        booking,
        kind,
        subject,
        recipient=settings.STAFF_EMAIL,
        reply_to=booking.email,
        when=_by_coachs_clock(booking, booking.starts_at),
        staff_url=desk_url("bookingrequest_change", booking.pk),
        **context,
    )


def _message(
    booking: BookingRequest | None,
    kind: Message.Kind,
    subject: str,
    *,
    recipient: str,
    reply_to: str,
    **context: Any,
) -> Message:
    context = {
        "booking": booking,
        "brand": Brand.current(),
        "subject": subject,
        "site_url": settings.SITE_URL,
        "minutes": _minutes(booking),
    } | context
    # Days without a zone of their own, such as that of an earlier request, are the coach's.
    with timezone.override(CallRules.current().zone):
        text = _tidied(render_to_string(f"emails/{kind.value}.txt", context))
        html = render_to_string(f"emails/{kind.value}.html", context)
    return Message(
        booking=booking,
        kind=kind,
        recipient=recipient,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
    )


def _tidied(text: str) -> str:
    """One empty line at most, wherever a template left out or included a piece."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _minutes(booking: BookingRequest | None) -> int | None:
    if booking and booking.starts_at and booking.ends_at:
        return minutes_between(booking.starts_at, booking.ends_at)
    return None


def _by_prospects_clock(booking: BookingRequest, instant: datetime | None) -> Told | None:
    if instant is None:
        return None
    coachs = CallRules.current().time_zone
    return told(instant, own=booking.time_zone, other=coachs, language=booking.language)


def _by_coachs_clock(booking: BookingRequest, instant: datetime | None) -> Told | None:
    if instant is None:
        return None
    return told(instant, own=CallRules.current().time_zone, other=booking.time_zone)


def answers_of(booking: BookingRequest) -> list[tuple[str, str]]:
    """What the prospect sent and where they came from, each with its label; without what was left empty."""
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
        ("Came from", " › ".join(filter(None, [booking.source_page, booking.source_cta]))),
        ("Question that led here", _question_that_led_here(booking)),
        ("Campaign", " › ".join(filter(None, campaign))),
    ]
    return [(label, value) for label, value in answers if value]


def _question_that_led_here(booking: BookingRequest) -> str:
    """A call to action below an answer carries the question's anchor."""
    question = Question.objects.filter(anchor=booking.source_cta).first() if booking.source_cta else None
    return question.question if question else ""


def _notes(booking: BookingRequest) -> list[str]:
    return list(booking.events.filter(kind=BookingEvent.Kind.NOTE).values_list("text", flat=True))


def _outcomes() -> list[tuple[str, str]]:
    """What staff may answer after a call: value and words."""
    return [*Outcome.choices, (Status.NO_SHOW.value, "The prospect did not come")]
