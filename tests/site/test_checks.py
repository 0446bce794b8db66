import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from coaching_site.checks import sqlite_is_safe
from coaching_site.sqlite import SAFE_SINCE
from coaching_site.static_files import collect_static_files

on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")


def test_this_machine_has_nothing_to_complain_of() -> None:
    call_command("check", fail_level="WARNING")


@on_sqlite
@pytest.mark.parametrize(
    ("version", "https", "expected"),
    [
        (SAFE_SINCE, True, []),
        ((3, 51, 2), False, ["coaching_site.W001"]),
        ((3, 51, 2), True, ["coaching_site.E001"]),
    ],
)
def test_public_site_refuses_a_sqlite_that_can_corrupt_its_file(
    settings: Settings, version: tuple[int, ...], https: bool, expected: list[str]
) -> None:
    settings.SQLITE_VERSION, settings.HTTPS = version, https

    assert [message.id for message in sqlite_is_safe(None)] == expected


@on_sqlite
@pytest.mark.django_db
def test_acknowledged_request_outlives_a_power_cut() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()

    assert (journal, synchronous) == (("wal",), (2,))


def test_static_files_are_collected_only_when_they_changed(settings: Settings, tmp_path: object) -> None:
    settings.STATIC_ROOT = tmp_path

    assert (collect_static_files(), collect_static_files()) == (True, False)
