from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections
from django.utils import timezone
from gunicorn.systemd import sd_notify

from leads import busy, metrics, reminders, waiting_list
from leads.canary import flight
from leads.exporting import making as exporting
from leads.models import WorkerSign
from leads.outbox import deliver_one
from leads.privacy import retention
from leads.suspicion import limits
from leads.webhooks import delivery
from pages.delivery import publishing
from pages.pictures import making, sweeping

logger = logging.getLogger(__name__)

PAUSE = 1.0
PAUSE_AFTER_TROUBLE = 5.0
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Part:
    """One part of a round: what it does at an instant, and how often that is worth while.

    One that answers True has more to do at once.
    """

    name: str
    work: Callable[[datetime], object]
    every: timedelta = timedelta()
    last_begun: datetime = NEVER
    has_begun: Callable[[], bool] = lambda: False
    """Whether something is half done that would be lost if this process ended now."""

    def is_due(self, at: datetime) -> bool:
        return at - self.last_begun >= self.every


def parts() -> list[Part]:
    """What can queue mail comes before the outbox; what takes long comes last."""
    files = exporting.Maker()
    return [
        Part("a sign of life", lambda at: WorkerSign.give(at=at), WorkerSign.EVERY),
        Part("reminders", reminders.queue_due, timedelta(seconds=20)),
        Part("the waiting list", waiting_list.advance, timedelta(seconds=10)),
        Part("the outbox", deliver_one),
        Part("webhooks", delivery.call_some),
        Part("published pages", publishing.renew_next),
        Part("busy calendars", busy.read_next, timedelta(seconds=5)),
        Part("sizes of pictures", making.make_some),
        Part("the canary", flight.fly_when_due, timedelta(seconds=20)),
        Part("exports", files.make_some, has_begun=files.has_begun),
        Part("old exports", exporting.sweep, exporting.SWEPT_EVERY),
        Part("retention", retention.carry_out, retention.LOOKED_AT_EVERY),
        Part("old counters", limits.forget_old, timedelta(hours=1)),
        Part("files of no picture", sweeping.sweep, sweeping.EVERY),
    ]


class Command(BaseCommand):
    help = (
        "Sends mail and webhooks from the outbox, queues reminders, passes on freed times, reads busy "
        "calendars, renews published pages, makes the sizes of pictures and the files of exports, and "
        "erases what is kept no longer, round after round, until TERM or Ctrl-C; what is in hand is finished."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Go round once and end, as for cron.")

    def handle(self, *, once: bool, **options: Any) -> None:
        self.stopping = threading.Event()
        self.sign, *self.parts = parts()
        if once:
            went_well = self.go_round()
            while any(part.has_begun() for part in self.parts):
                went_well = self.go_round() and went_well
            if not went_well:
                raise CommandError("A part of the round failed; the log says which.")
            return
        if settings.METRICS_PORT:
            metrics.serve(settings.METRICS_PORT)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        sd_notify("READY=1", logger)
        while not self.stopping.is_set():
            close_old_connections()
            went_well = self.go_round()
            self.stopping.wait(PAUSE if went_well else PAUSE_AFTER_TROUBLE)

    def go_round(self) -> bool:
        """Does every part that is due. One that fails does not stop the others."""
        failed = [part for part in [self.sign, *self.parts] if not self.attempt(part)]
        return not failed

    def attempt(self, part: Part) -> bool:
        try:
            self.do(part)
        except DatabaseTrouble as trouble:
            logger.warning("%s: the database failed, trying again: %s", part.name, trouble)
        except Exception:
            logger.exception("%s failed, trying again", part.name)
        else:
            return True
        return False

    def do(self, part: Part) -> None:
        """Works until nothing is left, with a sign of life between any two pieces."""
        if not part.is_due(timezone.now()):
            return
        has_more: object = True
        while has_more is True and not self.stopping.is_set():
            part.last_begun = now = timezone.now()
            has_more = part.work(now)
            if part is not self.sign:
                self.do(self.sign)
