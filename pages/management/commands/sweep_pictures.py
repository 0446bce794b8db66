"""Deletes files under pictures/ that belong to no picture. The worker does the same every few hours."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from pages.pictures.sweeping import orphans, sweep


class Command(BaseCommand):
    help = "Deletes picture files that belong to no picture."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only name them.")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        names = list(orphans(now)) if dry_run else sweep(now)
        for name in names:
            self.stdout.write(name)
        self.stdout.write(f"{len(names)} {'to delete' if dry_run else 'deleted'}.")
