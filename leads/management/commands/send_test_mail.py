from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from leads import emails
from leads.models import Message

LOOKS_EVERY = 1.0


class Command(BaseCommand):
    help = "Sends a mail through the outbox, as every mail of the site is sent, to see that it arrives."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", nargs="?", default=settings.STAFF_EMAIL)
        parser.add_argument(
            "--wait",
            type=float,
            nargs="?",
            const=60.0,
            default=0.0,
            metavar="SECONDS",
            help="Say what became of it; up to a minute, unless it says for how long.",
        )

    def handle(self, *, address: str, wait: float, **options: Any) -> None:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(f"“{address}” is not an email address.") from error
        message = emails.test_mail(address)
        message.save()
        if not wait:
            self.stdout.write(f"In the outbox: the worker sends it to {address}.")
            return
        self._wait(message, until=time.monotonic() + wait)
        self.stdout.write(f"The mail server took it for {address}. Look whether it arrives, and where.")

    def _wait(self, message: Message, *, until: float) -> None:
        """Raises CommandError with what is wrong, unless it was sent in time."""
        while message.state == Message.State.WAITING and not message.last_error:
            if time.monotonic() >= until:
                raise CommandError("It still waits: the worker does not run, or has much to do.")
            time.sleep(LOOKS_EVERY)
            message.refresh_from_db()
        if message.state != Message.State.SENT:
            raise CommandError(f"It could not be sent: {message.last_error}")
