from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.models import RetentionRules
from leads.privacy.retention import KINDS, go_on, long_mails, run_of_today


class Command(BaseCommand):
    help = "Erases now what the rules for keeping say, which the worker does once a day. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        if dry_run:
            self._say_what_is_due()
        else:
            self._carry_out()

    def _say_what_is_due(self) -> None:
        rules, now = RetentionRules.current(), timezone.now()
        for kind in KINDS:
            days = kind.days(rules)
            kept = "kept for ever" if days is None else f"{days} days"
            due = kind.due(rules, now).order_by("pk")
            self.stdout.write(f"{kind.label}, {kept}: {due.count()}")
            for booking in due.iterator():
                self.stdout.write(f"  request {booking.pk}: {booking}")
        self.stdout.write(f"Texts of sent mails: {long_mails(rules, now).count()}")
        self.stdout.write("Nothing was erased: this was a dry run.")

    def _carry_out(self) -> None:
        now = timezone.now()
        run = run_of_today(now)
        erased, shortened, failed = run.erased, run.shortened, run.failed
        run.reached, run.finished_at = 0, None
        while run.finished_at is None:
            go_on(run, at=now)
        self.stdout.write(
            f"Erased {run.erased - erased} requests, and the texts of {run.shortened - shortened} mails."
        )
        if run.failed > failed:
            raise CommandError(f"{run.failed - failed} requests could not be erased; the log says why.")
