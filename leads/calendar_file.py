"""Calendar files (RFC 5545) about calls, and links that add a call to a calendar on the web.

All files about one call carry the same UID and a SEQUENCE that grows with every change, so that a
calendar changes its entry instead of adding another. Instants are in UTC, which needs no zone in the file.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Component, Event, Timezone, vCalAddress, vUri

from leads.desk_links import desk_url
from leads.models.booking_page import BookingPage
from pages.models import Brand

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

PRODUCT = "-//Coaching site//Strategy calls//EN"
CALLS = uuid.UUID("5f0c7d5e-3a55-4f0e-9a44-6f1f6f3f7c0b")
"""A name space of our own: what a call's UID is derived from (RFC 9562, version 5)."""

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/action/compose"


def invitation(booking: BookingRequest, *, at: datetime) -> str:
    """For a confirmed call and each new time of it (RFC 5546, METHOD:REQUEST)."""
    return _written("REQUEST", [_invited(booking, "CONFIRMED", at)])


def withdrawal(booking: BookingRequest, *, at: datetime) -> str:
    """Takes the entry of a cancelled call out of the calendar (RFC 5546, METHOD:CANCEL)."""
    return _written("CANCEL", [_invited(booking, "CANCELLED", at)])


def for_download(booking: BookingRequest, *, at: datetime | None = None) -> str:
    """For a prospect who adds the call by hand. It invites nobody: a mail program must not answer it."""
    status = "CONFIRMED" if booking.is_confirmed else "TENTATIVE"
    return _written("PUBLISH", [_event(booking, status, at or timezone.now())])


def feed(bookings: Iterable[BookingRequest], *, at: datetime) -> str:
    """Calls for staff, with whom and a link to the staff desk."""
    page = BookingPage.current()
    calls = [_for_staff(booking, page, at) for booking in bookings]
    # A calendar file must hold something (RFC 5545, 3.6), and there may be no calls.
    return _written("PUBLISH", calls or [Timezone.from_tzid("UTC")], name="Strategy calls")


def method_of(file: str) -> str:
    """The METHOD of a file that was written here."""
    return next(line.partition(":")[2] for line in file.splitlines() if line.startswith("METHOD:"))


def google_link(booking: BookingRequest) -> str:
    begins, ends = (f"{instant:%Y%m%dT%H%M%SZ}" for instant in _instants(booking))
    details = {
        "action": "TEMPLATE",
        "text": _summary(),
        "dates": f"{begins}/{ends}",
        "details": _call_url(booking),
        "location": _place(booking),
    }
    return f"{GOOGLE}?{urlencode(details)}"


def outlook_link(booking: BookingRequest) -> str:
    begins, ends = (f"{instant:%Y-%m-%dT%H:%M:%SZ}" for instant in _instants(booking))
    details = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": _summary(),
        "startdt": begins,
        "enddt": ends,
        "body": _call_url(booking),
        "location": _place(booking),
    }
    return f"{OUTLOOK}?{urlencode(details)}"


def _invited(booking: BookingRequest, status: str, at: datetime) -> Event:
    event = _event(booking, status, at)
    attendee = _person(booking.name, booking.email)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    # The prospect chose the time, and changes it on the call's page: no answer by calendar is asked for.
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    event.add("attendee", attendee, encode=False)
    return event


def _event(booking: BookingRequest, status: str, at: datetime) -> Event:
    """The call as the prospect's calendar shows it; nothing in it was typed by a visitor."""
    brand = Brand.current()
    event = _bare_event(booking, status, at)
    event.add("summary", _summary())
    event.add("description", f"Move or cancel the call on its own page:\n{_call_url(booking)}")
    event.add("location", _place(booking))
    event.add("url", vUri(_call_url(booking)))
    event.add("organizer", _person(brand.name, brand.contact_email), encode=False)
    return event


def _for_staff(booking: BookingRequest, page: BookingPage, at: datetime) -> Event:
    event = _bare_event(booking, "CONFIRMED", at)
    event.add("summary", f"Strategy call: {_one_line(booking.name)}")
    staff_url = desk_url("bookingrequest_change", booking.pk)
    event.add("location", page.how_to_join or page.place)
    event.add("url", vUri(staff_url))
    event.add("description", staff_url)
    return event


def _bare_event(booking: BookingRequest, status: str, at: datetime) -> Event:
    begins, ends = _instants(booking)
    event = Event()
    event.add("uid", str(uuid.uuid5(CALLS, booking.token)))
    event.add("sequence", booking.sequence)
    event.add("dtstamp", at.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("status", status)
    return event


def _instants(booking: BookingRequest) -> tuple[datetime, datetime]:
    if booking.starts_at is None or booking.ends_at is None:
        raise ValueError("A call without a time has no place in a calendar.")
    return booking.starts_at.astimezone(UTC), booking.ends_at.astimezone(UTC)


def _written(method: str, parts: Iterable[Component], *, name: str = "") -> str:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    for part in parts:
        calendar.add_component(part)
    return str(calendar.to_ical(), "utf-8")


def _person(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{_one_line(email)}")
    address.params["CN"] = _one_line(name)
    return address


def _one_line(text: str) -> str:
    """Without control characters, which no value may hold, and without line ends of any kind."""
    printable = (" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join("".join(printable).split())


def _summary() -> str:
    return f"Strategy call with {Brand.current().name}"


def _place(booking: BookingRequest) -> str:
    """Where to be when the call begins: calendars make a link of an address in this place."""
    page = BookingPage.current()
    return (page.how_to_join if booking.is_confirmed else "") or page.place


def _call_url(booking: BookingRequest) -> str:
    return settings.SITE_URL + booking.get_absolute_url()
