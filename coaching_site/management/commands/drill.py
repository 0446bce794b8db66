from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from coaching_site.backup import BackupProblem
from coaching_site.backup.making import make_backup

ELSEWHERE = {"DATABASE_URL", "MEDIA_STORAGE_URL", "CACHE_URL", "SECRET_KEY"}
"""What must not lead the drill to the site's own data."""


class Command(BaseCommand):
    help = (
        "Shows that a backup can be restored: puts it, or one made now, into an empty folder with SQLite, "
        "and compares every row and file. The site itself is only read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, nargs="?", help="Left out: one is made for the drill.")

    def handle(self, *, backup: Path | None, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="coaching-site-drill-") as folder:
            try:
                source = backup or make_backup(Path(folder), at=timezone.now())[0]
            except BackupProblem as problem:
                raise CommandError(str(problem)) from problem
            restored = restore_apart(source.absolute(), Path(folder) / "restored")
        if restored.returncode:
            raise CommandError(restored.stderr.strip().rpartition("CommandError: ")[2])
        self.stdout.write(restored.stdout.strip())


def restore_apart(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own, whose settings know nothing but the empty folder."""
    apart = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "restore", "--no-color", str(source)],
        env=apart | {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "coaching_site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
