"""A backup is of one moment, and what it holds can be put back: every row, every file, anywhere."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from coaching_site.backup import BackupProblem, rows
from coaching_site.backup.making import make_backup, prune
from coaching_site.backup.restoring import check
from leads.models import BookingRequest
from tests.leads.factories import submitted

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MANAGE = Path(settings.BASE_DIR, "manage.py")


def manage(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of a site of its own, which lives in this folder alone."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **measured, **variables}
    command = [sys.executable, str(MANAGE), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def everything_in(dump: str) -> list[dict[str, Any]]:
    return sorted(json.loads(dump), key=lambda row: (row["model"], str(row["pk"])))


def dump_of(folder: Path, **variables: str) -> list[dict[str, Any]]:
    return everything_in(manage(folder, "dumpdata", "--all", "--exclude=sessions", **variables).stdout)


def dump_here() -> list[dict[str, Any]]:
    out = StringIO()
    call_command("dumpdata", use_base_manager=True, exclude=["sessions"], stdout=out)
    return everything_in(out.getvalue())


FILES = {"pictures/" + "a" * 32 + ".webp": b"\x00\xff" * 700_000, "pictures/" + "b" * 32 + ".avif": b""}
"""Uploads as they are kept, under their names; one of more than a block, one empty."""

ODD = r"""
from django.contrib.auth.models import User
from tests.leads.factories import submitted
booking = submitted(name="Łukasz „O’Neil“ \u2028 & co", goals='Tabs\t, "quotes", \\ and\nlines')
owner = User.objects.create_superuser("owner", "owner@example.com", "correct horse battery")
booking.add_note("Call back on Friday.", by=owner, at=booking.created_at)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that is full: pages, a request with odd letters, uploads."""
    folder = tmp_path_factory.mktemp("site")
    for arguments in [("prepare",), ("shell", "--no-imports", "--command", ODD)]:
        assert manage(folder, *arguments).stderr == ""
    for name, content in FILES.items():
        (folder / "media" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "media" / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def backup(site: Path) -> Path:
    assert manage(site, "backup").stderr == ""
    (path,) = (site / "backups").iterdir()
    return path


@pytest.fixture
def copy(backup: Path, tmp_path: Path) -> Path:
    """One that a test may spoil."""
    return Path(shutil.copy(backup, tmp_path / "copy.tar"))


def test_restored_site_is_the_same_in_every_row_and_file(site: Path, backup: Path, tmp_path: Path) -> None:
    restored = manage(tmp_path, "restore", str(backup))

    assert restored.stderr == ""
    assert dump_of(tmp_path) == dump_of(site)
    assert {name: (tmp_path / "media" / name).read_bytes() for name in FILES} == FILES
    assert (tmp_path / "secret_key").read_text() == (site / "secret_key").read_text()


def test_restored_site_counts_on(backup: Path, tmp_path: Path) -> None:
    manage(tmp_path, "restore", str(backup))

    added = manage(tmp_path, "createsuperuser", "--noinput", "--username=second", "--email=s@example.com")

    assert added.stderr == ""
    users = [row["fields"]["username"] for row in dump_of(tmp_path) if row["model"] == "auth.user"]
    assert sorted(users) == ["owner", "second"]


def test_drill_restores_apart_and_leaves_the_site_as_it_is(site: Path, backup: Path) -> None:
    before = dump_of(site)

    drill = manage(site, "drill", str(backup))

    found = check(backup)
    assert (drill.stderr, drill.stdout) == (
        "",
        f"Restored the backup of {found.made_at}: {found.row_count} rows of {len(found.tables)} tables and "
        "3 files are as they were.\n",
    )
    assert dump_of(site) == before


def test_older_backup_is_brought_up_to_this_release(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for target in [("leads", "0003"), ("pages", "0006"), ("auth",)]:
        manage(old, "migrate", *target)
    with sqlite3.connect(old / "site.sqlite3") as database:
        database.execute("INSERT INTO auth_group (id, name) VALUES (77, 'Friends')")
    made = manage(old, "backup", "--to", str(tmp_path))
    path = next(tmp_path.glob("*.tar"))

    restored = manage(new, "restore", str(path))

    assert (made.stderr, restored.stderr) == ("", "")
    assert manage(new, "migrate", "--check").returncode == 0
    with sqlite3.connect(new / "site.sqlite3") as database:
        assert database.execute("SELECT name FROM auth_group WHERE id = 77").fetchall() == [("Friends",)]


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="moves a site to PostgreSQL, which DATABASE_URL does not name"
)


@pytest.mark.database
@on_postgresql
def test_site_moves_from_sqlite_to_postgresql_and_back(
    site: Path, backup: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    name = f"moved_{os.getpid()}"
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            there = {"DATABASE_URL": f"{server}/{name}"}
            moved = manage(tmp_path / "there", "restore", str(backup), **there)
            dumped = dump_of(tmp_path / "there", **there)
            manage(tmp_path / "there", "backup", "--to", str(tmp_path), **there)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    back = manage(tmp_path / "back", "restore", str(next(tmp_path.glob("*.tar"))))

    assert (moved.stderr, back.stderr) == ("", "")
    assert dumped == dump_of(tmp_path / "back") == dump_of(site)


# --- One moment


@pytest.mark.django_db(transaction=True)
def test_what_is_read_is_of_one_moment_and_nobody_who_writes_waits_for_it() -> None:
    submitted(at=NOON)

    def seen() -> rows.Fingerprint:
        return rows.fingerprint(rows.lines_of(BookingRequest))

    with rows.one_moment():
        first = seen()
        writer = Thread(target=_submit_in_a_connection_of_its_own)
        writer.start()
        writer.join(timeout=30)
        assert not writer.is_alive()
        second = seen()

    assert (first.rows, second) == (1, first)
    assert seen().rows == 2


def _submit_in_a_connection_of_its_own() -> None:
    try:
        submitted(at=NOON)
    finally:
        connection.close()


# --- What must not be believed


def test_damaged_upload_is_told_of_by_name(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes().replace(b"\x00\xff\x00\xff", b"\x00\xff\x00\xfe", 1))

    with pytest.raises(BackupProblem, match=rf"^media/pictures/{'a' * 32}\.webp is damaged\.$"):
        check(copy)


def test_rows_that_were_changed_are_noticed(copy: Path) -> None:
    with tarfile.open(copy) as tar:
        place = tar.getmember("rows/leads_bookingrequest.jsonl.gz").offset_data + 20
    content = bytearray(copy.read_bytes())
    content[place] ^= 1
    copy.write_bytes(content)

    with pytest.raises(BackupProblem, match=r"^The rows of leads_bookingrequest are damaged\.$"):
        check(copy)


def test_half_a_file_is_no_backup(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:20_000])

    with pytest.raises(BackupProblem):
        check(copy)


@pytest.mark.parametrize("content", [b"", b"no tar file at all", b"\x1f\x8b" * 600])
def test_other_files_are_no_backups(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tar"
    path.write_bytes(content)

    with pytest.raises(BackupProblem, match=r"cannot be read as a backup|missing in this backup"):
        check(path)


def test_archive_of_a_newer_format_is_left_to_the_newer_release(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes().replace(b'"format": 1', b'"format": 2'))

    with pytest.raises(BackupProblem, match=r"^This backup was written by a newer release"):
        check(copy)


@pytest.mark.django_db
def test_restore_goes_into_an_empty_place_only(owner: User, backup: Path) -> None:
    before = dump_here()

    with pytest.raises(CommandError, match="The database has tables already"):
        call_command("restore", str(backup))

    assert dump_here() == before


def test_database_with_orphans_is_not_backed_up_in_silence(site: Path, tmp_path: Path) -> None:
    shutil.copy(site / "site.sqlite3", tmp_path)
    with sqlite3.connect(tmp_path / "site.sqlite3") as database:
        database.execute("DELETE FROM leads_bookingrequest")

    made = manage(tmp_path, "backup")

    assert made.stderr.startswith("CommandError: Rows of leads_bookingevent, leads_")
    assert made.stderr.endswith("belong to rows that are not there, so no backup was made.\n")
    assert list((tmp_path / "backups").iterdir()) == []


# --- Secrets, and order in the folder


@pytest.mark.django_db(transaction=True)
def test_backup_is_for_its_owners_eyes_and_signs_nobody_in(as_owner: Client, tmp_path: Path) -> None:
    path, manifest = make_backup(tmp_path / "backups", at=NOON)

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert path.name == "coaching-site-20261125T120000Z.tar"
    assert (manifest.tables["auth_user"].rows, "django_session" in manifest.tables) == (1, False)


def test_only_the_newest_are_kept_and_other_files_are_left_alone(tmp_path: Path) -> None:
    days = [tmp_path / f"coaching-site-2026112{day}T120000Z.tar" for day in range(5)]
    notes = tmp_path / "notes.tar"
    for path in [*days, notes]:
        path.touch()

    gone = prune(tmp_path, keep=2)

    assert gone == days[:3]
    assert sorted(tmp_path.iterdir()) == [*days[3:], notes]
