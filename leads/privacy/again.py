"""Erases again who had been erased, after an old backup has brought them back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from leads.models import BookingRequest, Message
from leads.privacy.register import Entry, digest_of, key_in_use
from leads.privacy.treatment import take_out_the_person
from leads.turn import calendar_turn

logger = logging.getLogger(__name__)


def came_back(entries: list[Entry]) -> Iterator[tuple[BookingRequest, Entry]]:
    """Requests that are whole although their person was erased after they had come in.

    One that came in after the erasure is the person's new wish to be known, and stays.
    """
    last = {entry.digest: entry for entry in sorted(entries) if entry.key == key_in_use()}
    for pk, canonical, created_at in _whole():
        entry = last.get(digest_of(canonical))
        if entry and created_at <= entry.at:
            yield BookingRequest.objects.get(pk=pk), entry


def erase(booking: BookingRequest, entry: Entry, *, at: datetime) -> bool:
    """False when it went wrong, which stops no other."""
    try:
        with calendar_turn():
            to_them = Message.objects.filter(booking=None, recipient__iexact=booking.email)
            for message in to_them.filter(created_at__lte=entry.at):
                take_out_the_person(message)
            booking.erase(by=None, at=at)
    except Exception:
        logger.exception("erasing booking request %s again", booking.pk)
        return False
    return True


def of_another_key(entries: list[Entry]) -> list[Entry]:
    """Those that cannot be recognised, because the site's SECRET_KEY is another one now."""
    return [entry for entry in entries if entry.key != key_in_use()]


def _whole() -> Iterator[tuple[int, str, datetime]]:
    rows = BookingRequest.objects.filter(erased_at=None).values_list("pk", "canonical_email", "created_at")
    return iter(list(rows))
