"""The worker of `bench mail_faults`: its real rounds, on a clock that jumps. In a process of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from leads.management.commands.worker import PAUSE, Command, parts
from leads.models import Message
from leads.outbox import deliver_one

LITTLE_PATIENCE = 0.1
"""Seconds after which a server that is known to stall is left. The clock goes on by those of the settings."""


@dataclass(frozen=True)
class Fate:
    """What became of a mail."""

    key: str
    recipient: str
    state: str
    sent_at: datetime | None


@dataclass(frozen=True)
class Round:
    attempts: int
    longest: float
    """Seconds of the day that the longest round of the worker took."""


class Impatient(EmailBackend):
    """SMTP as ever, but a stall takes its ten seconds on the worker's clock only."""

    attempts = 0
    stall = patience = float(settings.EMAIL_TIMEOUT)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.timeout = self.patience

    def open(self) -> bool | None:
        Impatient.attempts += self.connection is None
        return self._timed(super().open)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return self._timed(lambda: super(Impatient, self).send_messages(email_messages))

    def _timed(self, act: Any) -> Any:
        began = time.monotonic()
        try:
            return act()
        except OSError:
            if time.monotonic() - began >= self.patience:
                CLOCK.shift(self.stall)
            raise


CLOCK: Any = None


def work(begins: datetime, ends: datetime, *, stalls: bool = False) -> Round:
    """Goes round from one instant to the other, whenever a mail is due. `stalls`: the mail server does."""
    global CLOCK
    Impatient.patience = LITTLE_PATIENCE if stalls else Impatient.stall
    settings.EMAIL_BACKEND = "bench.mail_worker.Impatient"
    logging.disable(logging.WARNING)  # Each attempt in vain, by the hundred.
    before, longest = Impatient.attempts, 0.0
    worker = _worker()
    with time_machine.travel(begins, tick=False) as CLOCK:
        while (now := timezone.now()) < ends:
            worker.go_round()
            longest = max(longest, (timezone.now() - now).total_seconds())
            # Bookings come in at any time: the worker looks at least once a minute.
            CLOCK.move_to(
                max(timezone.now() + timedelta(seconds=PAUSE), min(_next_due(), now + timedelta(minutes=1)))
            )
    return Round(Impatient.attempts - before, longest)


def fates() -> list[Fate]:
    rows = Message.objects.mails().values_list("key", "recipient", "state", "sent_at")
    return [Fate(str(key), recipient, state, sent_at) for key, recipient, state, sent_at in rows]


def _worker() -> Command:
    worker = Command()
    worker.stopping = threading.Event()
    worker.sign, *others = parts()
    worker.parts = [
        replace(part, work=lambda at: deliver_one(at, clock=_seconds)) if part.name == "the outbox" else part
        for part in others
    ]
    return worker


def _seconds() -> float:
    """Of the day: the clock that jumps stands behind the time of the day alone."""
    return timezone.now().timestamp()


def _next_due() -> datetime:
    waiting = Message.objects.mails().waiting().order_by("next_attempt_at")
    found = waiting.values_list("next_attempt_at", flat=True).first()
    return found or datetime.max.replace(tzinfo=timezone.now().tzinfo)
