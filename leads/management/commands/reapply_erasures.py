from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.privacy import again, register


class Command(BaseCommand):
    help = (
        "After a restore: erases again those who had been erased since the backup was made. It reads the "
        "erasures of the database, and of the file “erasures” in DATA_DIR or the one that is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="A copy of DATA_DIR/erasures.")
        parser.add_argument("--dry-run", action="store_true", help="Only say who would go.")

    def handle(self, *, file: Path | None, dry_run: bool, **options: Any) -> None:
        try:
            entries = register.entries(file)
        except (OSError, UnicodeError, register.BrokenLine) as error:
            raise CommandError(f"The erasures cannot be read: {error}") from error
        count, failed = 0, 0
        for booking, entry in again.came_back(entries):
            count += 1
            self.stdout.write(f"Request {booking.pk} was erased on {entry.at:%Y-%m-%d} and is back.")
            if not dry_run and not again.erase(booking, entry, at=timezone.now()):
                failed += 1
        self.stdout.write(_told(len(entries), count, dry_run))
        if strangers := len(again.of_another_key(entries)):
            self.stderr.write(
                f"{strangers} erasures were recorded under another SECRET_KEY and cannot be recognised."
            )
        if failed:
            raise CommandError(f"{failed} requests could not be erased; the log says why.")


def _told(known: int, count: int, dry_run: bool) -> str:
    if dry_run:
        return f"{known} erasures are known. Nothing was erased: this was a dry run."
    return f"{known} erasures are known. Erased again: {count}."
