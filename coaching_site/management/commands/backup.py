from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coaching_site.backup import BackupProblem
from coaching_site.backup.making import make_backup, prune


class Command(BaseCommand):
    help = "Writes rows, pictures and the site's key into one checksummed file, while the site goes on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.DATA_DIR / "backups", help="The folder.")
        parser.add_argument("--keep", type=int, help="How many backups stay there; older ones are deleted.")

    def handle(self, *, to: Path, keep: int | None, **options: Any) -> None:
        if keep is not None and keep < 1:
            raise CommandError("--keep must be 1 or more.")
        try:
            path, manifest = make_backup(to, at=timezone.now())
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        except OSError as error:
            raise CommandError(f"The backup could not be written to {to}: {error.strerror}.") from error
        self.stdout.write(
            f"{path}: {manifest.row_count} rows of {len(manifest.tables)} tables, "
            f"{len(manifest.files)} files."
        )
        for gone in prune(to, keep=keep) if keep else []:
            self.stdout.write(f"Deleted {gone.name}.")
