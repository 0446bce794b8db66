from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coaching_site.backup import BackupProblem
from coaching_site.backup.restoring import check, restore


class Command(BaseCommand):
    help = "Puts a backup into an empty database and folder, and compares every row and file with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument("--check", action="store_true", help="Only read the backup through.")

    def handle(self, *, backup: Path, check: bool, **options: Any) -> None:
        try:
            manifest = _check(backup) if check else restore(backup)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"{'Read' if check else 'Restored'} the backup of {manifest.made_at}: {manifest.row_count} rows "
            f"of {len(manifest.tables)} tables and {len(manifest.files)} files are as they were."
        )


_check = check
