"""Sends the mails that the outbox holds; webhooks leave from leads/webhooks/delivery.py.

Only the worker calls this; a web request never sends.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from leads import calendar_file, reminders
from leads.models import Message

logger = logging.getLogger(__name__)

RIVALS = 5
"""How many Messages another worker may take from under our hands before we come back a second later."""

SLOW = timedelta(seconds=2)
"""An attempt that took so long met a mail server in trouble."""


def deliver_one(at: datetime, *, clock: Callable[[], float] = time.monotonic) -> bool:
    """One attempt, if a mail is due. Returns whether another should follow at once.

    After a slow one the rest of the worker's round comes first: a server that stalls, times all mails that
    wait, must hold up neither reminders nor webhooks nor what is to be published. `clock` gives seconds.
    """
    began = clock()
    return deliver_next(at) and clock() - began < SLOW.total_seconds()


def deliver_due(at: datetime) -> int:
    """Attempts every mail that is due at the instant `at`. Returns how many it attempted."""
    attempted = 0
    while deliver_next(at):
        attempted += 1
    return attempted


def deliver_next(at: datetime) -> bool:
    """Attempts the mail that has waited longest. False when none is due.

    One at a time, because a claim must start at the attempt: the last of a hundred claimed together
    would be due again before its turn.
    """
    for message in Message.objects.mails().due(at)[:RIVALS]:
        if message.claim(at=at):
            if reason := why_not(message, at):
                message.withdraw(reason)
            else:
                deliver(message, at=at)
            return True
    return False


def why_not(message: Message, at: datetime) -> str:
    """Why a mail that the clock caused should not go out any more; empty: it should."""
    if message.has_lapsed(at):
        return "Its time had passed before it could be sent."
    if not reminders.still_holds(message, at):
        return "The call has changed, or begun, since this was written."
    return ""


def deliver(message: Message, *, at: datetime) -> None:
    """One attempt, begun at the instant `at`, at a claimed Message; its result is on the row."""
    try:
        with get_connection() as connection:  # Closed even when it fails while it is being opened.
            connection.send_messages([as_email(message)])
    except Exception as error:  # Whatever went wrong with this mail, the next one is not to suffer.
        logger.warning("message %s, attempt %s: %s", message.pk, message.attempts, type(error).__name__)
        if is_permanent(error):
            message.mark_failed(repr(error))
        else:
            # The pause follows the attempt, which may have taken long.
            message.postpone(repr(error), at=max(at, timezone.now()))
    else:
        message.mark_sent(at=max(at, timezone.now()))


def as_email(message: Message) -> EmailMultiAlternatives:
    """The mail of a Message. Its Message-ID is the same at every attempt, so a repeat can be recognised."""
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.recipient],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={
            # When it was written, whenever it is sent (RFC 5322, 3.6.1).
            "Date": format_datetime(message.created_at.astimezone(UTC)),
            "Message-ID": f"<{message.key}@{urlsplit(settings.SITE_URL).hostname}>",
            # RFC 3834, 5: keeps out-of-office programs from answering what no person wrote.
            **({} if message.is_written_by_staff else {"Auto-Submitted": "auto-generated"}),
        },
    )
    email.attach_alternative(message.html, "text/html")
    if message.calendar:
        _attach_calendar(email, message.calendar)
    return email


def _attach_calendar(email: EmailMultiAlternatives, file: str) -> None:
    """As an alternative, which mail programs turn into an entry (RFC 6047, 2.4: with the file's own method),
    and as an attachment for programs that only know files."""
    email.attach_alternative(file, f"text/calendar; method={calendar_file.method_of(file)}")
    email.attach("invite.ics", file.encode(), "application/ics")


def is_permanent(error: Exception) -> bool:
    """Whether another attempt at this mail would fail the same way (RFC 5321, 4.2.1: replies from 500).

    A refused sender or sign-in is not, nor a certificate that has expired: it stops all mail until the
    owner has corrected it, and what waited then goes out.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case smtplib.SMTPDataError():
            return error.smtp_code >= 500
        case OSError():  # Before ValueError: a certificate that is not believed is both.
            return False
        case ValueError() | MessageError():  # a header or an address that cannot be written
            return True
        case _:
            return False
