"""Puts an archive into an empty place, and compares what then stands there with what the archive holds."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from coaching_site.backup import BackupProblem, rows
from coaching_site.backup.archive import SECRET_KEY, Archive, Manifest, reading, sum_of
from coaching_site.backup.making import MEDIA


def check(source: Path) -> Manifest:
    """Reads the archive through. Raises BackupProblem when a byte of it is not as it was written."""
    with reading(source) as archive:
        return _checked(archive)


def restore(source: Path) -> Manifest:
    """Restores the site into the database and the folder that the settings name, which must be empty.

    Raises BackupProblem, and has then changed nothing, unless its text says otherwise.
    """
    with reading(source) as archive:
        manifest = _checked(archive)
        _refuse_a_place_in_use()
        found = _make_tables(manifest)
        _load_rows(archive, found)
        _load_files(archive)
        if problems := [*_differing_rows(manifest, found), *_differing_files(manifest)]:
            raise BackupProblem(f"What was restored is not what the backup holds. {' '.join(problems)}")
    # From the backup's release to this one.
    call_command("migrate", interactive=False, verbosity=0)
    return manifest


def _checked(archive: Archive) -> Manifest:
    if problems := archive.problems():
        raise BackupProblem(" ".join(problems))
    return archive.manifest


def _refuse_a_place_in_use() -> None:
    if connection.introspection.table_names():
        raise BackupProblem(
            "The database has tables already. A backup is restored into an empty place: set DATA_DIR "
            "to a new folder, or DATABASE_URL to a new database."
        )


def _make_tables(manifest: Manifest) -> list[type[models.Model]]:
    """The tables as they were in the backup's release."""
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    if unknown := [".".join(key) for key in manifest.migrations if key not in known]:
        raise BackupProblem(f"This release is older than the backup: {', '.join(unknown[:3])} is unknown.")
    executor.migrate(rows.last_of(manifest.migrations, executor.loader))
    # What it applied beyond, none; what is left out, none: or rows would be put into the wrong columns.
    if set(MigrationRecorder(connection).applied_migrations()) != set(manifest.migrations):
        raise BackupProblem("The tables of the backup’s release could not be made; others were.")
    return rows.tables(manifest.migrations)


def _load_rows(archive: Archive, found: list[type[models.Model]]) -> None:
    with transaction.atomic():
        rows.empty(found)
        for model in found:
            rows.load(model, archive.lines_of(model._meta.db_table))
        rows.count_on(found)


def _load_files(archive: Archive) -> None:
    for name in archive.manifest.files:
        if name == SECRET_KEY:
            _put_secret_key(archive.file(name).read())
        else:
            default_storage.save(name.removeprefix(MEDIA), File(archive.file(name)))


def _put_secret_key(key: bytes) -> None:
    """Links in mails that were sent before go on working. A key in the environment still goes before it."""
    place = settings.DATA_DIR / SECRET_KEY
    draft = place.with_name(f".{place.name}-{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(key)
    draft.replace(place)


def _differing_rows(manifest: Manifest, found: list[type[models.Model]]) -> list[str]:
    stands = {model._meta.db_table: rows.fingerprint(rows.lines_of(model)) for model in found}
    said = manifest.tables
    return [f"The rows of {name} differ." for name in said if stands.get(name) != said[name]]


def _differing_files(manifest: Manifest) -> list[str]:
    differ = []
    for name, said in manifest.files.items():
        place = settings.DATA_DIR / name if name == SECRET_KEY else None
        with place.open("rb") if place else default_storage.open(name.removeprefix(MEDIA)) as file:
            if sum_of(file) != said:
                differ.append(f"{name} differs.")
    return differ
