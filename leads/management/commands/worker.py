from __future__ import annotations

import logging
import signal
import threading
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections
from django.utils import timezone

from leads.models import WorkerSign
from leads.outbox import deliver_next

logger = logging.getLogger(__name__)

PAUSE = 1.0
PAUSE_AFTER_TROUBLE = 5.0


class Command(BaseCommand):
    help = (
        "Sends what the outbox holds, round after round, until TERM or Ctrl-C; the mail in hand is finished."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Go round once and end, as for cron.")

    def handle(self, *, once: bool, **options: Any) -> None:
        self.stopping = threading.Event()
        self.last_sign = datetime.min.replace(tzinfo=UTC)
        if once:
            self.go_round()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        while not self.stopping.is_set():
            self.stopping.wait(self.try_round())

    def try_round(self) -> float:
        """Goes round once, whatever happens. Returns how long to pause before the next round."""
        try:
            close_old_connections()
            self.go_round()
        except DatabaseTrouble as trouble:
            logger.warning("the database failed, trying again: %s", trouble)
        except Exception:
            logger.exception("a round failed, trying again")
        else:
            return PAUSE
        return PAUSE_AFTER_TROUBLE

    def go_round(self) -> None:
        """Attempts what is due, a sign of life between any two mails."""
        self.give_sign(timezone.now())
        while not self.stopping.is_set() and deliver_next(timezone.now()):
            self.give_sign(timezone.now())

    def give_sign(self, now: datetime) -> None:
        if now - self.last_sign >= WorkerSign.EVERY:
            WorkerSign.give(at=now)
            self.last_sign = now
