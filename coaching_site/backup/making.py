"""Writes an archive of one moment, while the site goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from coaching_site.backup import BackupProblem, rows
from coaching_site.backup.archive import SECRET_KEY, ArchiveWriter, FileSum, Manifest, writing

NAME = re.compile(r"coaching-site-\d{8}T\d{6}Z\.tar")
MEDIA = "media/"


def make_backup(folder: Path, *, at: datetime) -> tuple[Path, Manifest]:
    """An archive named after the instant `at` in `folder`, and what it holds.

    Rows come first: a picture is never changed, and its file outlives its row by a day, so every file that a
    row speaks of is still there when its turn comes. Raises BackupProblem when the database is damaged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"coaching-site-{at:%Y%m%dT%H%M%SZ}.tar"
    with writing(target) as archive:
        with rows.one_moment():
            refuse_damage()
            migrations = sorted(MigrationRecorder(connection).applied_migrations())
            if not migrations:
                raise BackupProblem("The database is empty, so there is nothing to keep.")
            tables = {
                model._meta.db_table: archive.add_rows(model._meta.db_table, rows.lines_of(model))
                for model in rows.tables(migrations)
            }
        manifest = Manifest(
            made_at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
            engine=connection.vendor,
            migrations=migrations,
            tables=tables,
            files=dict(_add_files(archive)),
        )
        archive.add_manifest(manifest)
    return target, manifest


def prune(folder: Path, *, keep: int) -> list[Path]:
    """Deletes all but the newest `keep` backups in the folder; returns those that went."""
    found = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
    gone = found[: max(0, len(found) - keep)]
    for path in gone:
        path.unlink()
    return gone


def refuse_damage() -> None:
    """SQLite's own checks; PostgreSQL finds damage when it reads. Raises BackupProblem."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        said = [row[0] for row in cursor.execute("PRAGMA integrity_check").fetchall()]
        orphans = cursor.execute("PRAGMA foreign_key_check").fetchall()
    if said != ["ok"]:
        raise BackupProblem(f"The database is damaged, so no backup was made: {'; '.join(said[:3])}.")
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise BackupProblem(f"Rows of {tables} belong to rows that are not there, so no backup was made.")


def stored_files(folder: str = "") -> Iterator[str]:
    """The names of all uploads, wherever they are kept. A name that begins with a dot is a draft."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    prefix = f"{folder}/" if folder else ""
    yield from (prefix + name for name in sorted(files) if not name.startswith("."))
    for inner in sorted(folders):
        yield from stored_files(prefix + inner)


def _add_files(archive: ArchiveWriter) -> Iterator[tuple[str, FileSum]]:
    for name in stored_files():
        try:
            file = default_storage.open(name)
        except FileNotFoundError:
            continue  # An orphan that was swept away meanwhile: no row of the archive speaks of it.
        with file as content:
            yield MEDIA + name, archive.add_file(MEDIA + name, content)
    key = settings.DATA_DIR / SECRET_KEY
    if key.exists():
        with key.open("rb") as kept:
            yield SECRET_KEY, archive.add_file(SECRET_KEY, kept)
