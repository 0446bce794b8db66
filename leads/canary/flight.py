"""One flight of the canary: there, a look at what came of it, and back to how things were."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from leads.canary.browser import Browser, Failed, OwnSite, own_path
from leads.canary.mark import HEADER, new_mark
from leads.canary.page import first_form
from leads.models import BookingRequest, Canary, Message

logger = logging.getLogger(__name__)

ANSWERS = {
    "name": "Canary",
    # A domain that leads nowhere (RFC 2606, 2), should a mail ever leave.
    "email": "canary@visit.example",
    "role": "Canary of this site",
    "goals": "To see that a call can be booked.",
}
STORED = [*ANSWERS, "time_zone", "experience", "direction"]
MAILS = {Message.Kind.ACKNOWLEDGEMENT, Message.Kind.STAFF_NOTICE}


def fly_when_due(at: datetime) -> None:
    every = timedelta(minutes=settings.CANARY_MINUTES)
    if every and Canary.claim(at=at):
        fly(at)


def fly(at: datetime, *, browser: Browser | None = None) -> str:
    """Books a call at the public address, and notes how it went. Returns the problem as a sentence, or ""."""
    Canary.made(due_at=at)
    remove_bookings()
    problem = ""
    try:
        _book(browser or OwnSite(settings.SITE_URL))
    except Failed as failure:
        problem = str(failure)
        logger.warning("the canary could not book a call: %s", problem)
    with transaction.atomic():
        remove_bookings()
        Canary.note(problem, at=max(at, timezone.now()), every=timedelta(minutes=settings.CANARY_MINUTES))
    return problem


def remove_bookings() -> None:
    """Also those that an earlier flight, which was broken off, could not take away."""
    for booking in BookingRequest.everything.canaries():
        booking.delete()


def _book(browser: Browser) -> None:
    """As a visitor does. Raises Failed at the first thing that is not as it should be."""
    path = reverse("book")
    page = browser.get(path)
    if page.status != 200:
        raise Failed(f"The booking page answered with status {page.status}.")
    form = first_form(page.text)
    sent = form.filled_in(ANSWERS)
    target = own_path(form.action, seen_on=path, site_url=settings.SITE_URL)
    reply = browser.post(target, list(sent.items()), {HEADER: new_mark()})
    if reply.status != 303:
        raise Failed(f"The booking form was filled in and sent, and answered with status {reply.status}.")
    own_page = own_path(reply.location, seen_on=path, site_url=settings.SITE_URL)
    if (status := browser.get(own_page).status) != 200:
        raise Failed(f"The page of the new request answered with status {status}.")
    _check_stored(own_page, sent)


def _check_stored(own_page: str, sent: dict[str, str]) -> None:
    canaries = BookingRequest.everything.canaries()
    booking = next((canary for canary in canaries if canary.get_absolute_url() == own_page), None)
    if booking is None:
        raise Failed("The new request is not in the database.")
    stored = {name: getattr(booking, name) for name in STORED} | {"starts_at": _time_of(booking)}
    if wrong := [name for name, value in stored.items() if value != sent.get(name, "")]:
        raise Failed(f"The new request was stored with another “{wrong[0]}” than was sent.")
    queued = set(booking.messages.values_list("kind", flat=True))
    if missing := [kind.label for kind in MAILS if kind not in queued]:
        raise Failed(f"No mail was queued for the new request: {', '.join(sorted(missing))}.")


def _time_of(booking: BookingRequest) -> str:
    """As the form writes it."""
    return f"{booking.starts_at:%Y-%m-%dT%H:%MZ}" if booking.starts_at else ""
