"""The same from the command line, each with a dry run, sentences and an exit status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from leads.models import BookingRequest, Erasure, Message
from leads.privacy import register
from leads.privacy.erasing import erase
from leads.privacy.person import Person
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "own_folder")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = "samira@example.com"


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def said(command: str, *arguments: Any, **options: Any) -> list[str]:
    out = StringIO()
    call_command(command, *arguments, stdout=out, stderr=out, **options)
    return out.getvalue().splitlines()


def names() -> list[str]:
    return list(BookingRequest.objects.order_by("pk").values_list("name", flat=True))


@pytest.fixture
def answered(adviser: User) -> BookingRequest:
    booking = submitted()
    booking.decline(by=adviser, at=NOW)
    return booking


def test_find_person_says_what_is_kept_and_writes_the_file(answered: BookingRequest, tmp_path: Path) -> None:
    file = tmp_path / "samira.json"

    assert said("find_person", "SAMIRA@example.com", json=file) == [
        "About samira@example.com:",
        "  1 booking requests",
        "  2 booking events",
        "  3 messages",
        f"  request {answered.pk}: Samira Haddad, Senior AI engineer, declined",
        f"All of it is in {file}, which only you can read.",
    ]
    assert json.loads(file.read_text())["address"] == ADDRESS
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("answered")
def test_find_person_overwrites_no_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("mine")

    with pytest.raises(CommandError, match="cannot be written: File exists"):
        said("find_person", ADDRESS, json=file)

    assert file.read_text() == "mine"


@pytest.mark.parametrize("command", ["find_person", "erase_person"])
def test_unknown_address_has_an_exit_status_of_its_own(command: str) -> None:
    with pytest.raises(CommandError, match="Nothing is kept about nobody@example") as ended:
        said(command, "nobody@example.com")

    assert ended.value.returncode == 3


def test_erase_person_erases_and_its_dry_run_only_says_so(answered: BookingRequest) -> None:
    told = said("erase_person", ADDRESS, "--dry-run")
    after_dry_run = names()

    assert told[-1] == "Nothing was erased: this was a dry run."
    assert said("erase_person", ADDRESS)[-1] == "Erased: 1 requests and 3 messages."
    assert (after_dry_run, names()) == (["Samira Haddad"], ["Erased"])
    assert [erasure.by for erasure in Erasure.objects.all()] == [None]


@pytest.mark.parametrize("how", [["--dry-run"], []])
def test_erase_person_refuses_an_open_request_unless_it_is_to_be_cancelled(how: list[str]) -> None:
    submitted(starts_at=NOW + DAY)

    with pytest.raises(CommandError, match="1 request is still open") as ended:
        said("erase_person", ADDRESS, *how)

    assert ended.value.returncode == 1
    said("erase_person", ADDRESS, "--cancel", *how)
    assert names() == (["Samira Haddad"] if how else ["Erased"])


def test_apply_retention_does_all_of_it_at_once_and_its_dry_run_names_it(adviser: User) -> None:
    for number in range(60):
        submitted(name=f"No. {number}", at=NOW - 365 * DAY)
    submitted(name="Young", at=NOW)

    told = said("apply_retention", "--dry-run")

    assert told[:2] == ["Suspected spam, 30 days: 0", "Declined or cancelled, 365 days: 0"]
    assert "Never answered, 365 days: 60" in told
    assert sum("Senior AI engineer" in line for line in told) == 60
    assert told[-1] == "Nothing was erased: this was a dry run."
    assert "Erased" not in names()
    assert said("apply_retention") == ["Erased 60 requests, and the texts of 0 mails."]
    assert said("apply_retention") == ["Erased 0 requests, and the texts of 0 mails."]
    assert [name for name in names() if name != "Erased"] == ["Young"]


def test_apply_retention_ends_badly_when_a_row_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(at=NOW - 365 * DAY)

    def fails(booking: BookingRequest, **how: Any) -> None:
        raise RuntimeError("as ever")

    monkeypatch.setattr(BookingRequest, "erase", fails)

    with pytest.raises(CommandError, match="1 requests could not be erased; the log says why"):
        said("apply_retention")


@pytest.fixture
def restored(
    own_folder: None, adviser: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> BookingRequest:
    """An old backup: the person is whole again, and the database knows of no erasure."""
    booking = submitted(at=NOW - 2 * DAY)
    submitted(email="tom@example.com", name="Tom", at=NOW - 2 * DAY)
    with django_capture_on_commit_callbacks(execute=True):
        erase(Person.find(ADDRESS), by=adviser, at=NOW - DAY, cancelling=True)
    BookingRequest.objects.filter(pk=booking.pk).delete()
    Erasure.objects.all().delete()
    return submitted(at=NOW - 2 * DAY)


def test_who_was_erased_after_the_backup_is_erased_again(restored: BookingRequest) -> None:
    later = Message.objects.create(kind="brief", recipient=ADDRESS, created_at=NOW - 2 * DAY)
    dry = said("reapply_erasures", "--dry-run")
    after_dry_run = names()

    told = said("reapply_erasures")

    assert dry == [
        f"Request {restored.pk} was erased on 2026-11-22 and is back.",
        "1 erasures are known. Nothing was erased: this was a dry run.",
    ]
    assert (after_dry_run, names()) == (["Tom", "Samira Haddad"], ["Tom", "Erased"])
    assert told[-1] == "1 erasures are known. Erased again: 1."
    assert said("reapply_erasures") == ["1 erasures are known. Erased again: 0."]
    later.refresh_from_db()
    assert later.recipient == f"erased-{later.pk}@erased.invalid"


@pytest.mark.usefixtures("restored")
def test_erasures_are_read_from_a_copy_that_is_named(tmp_path: Path) -> None:
    copy = register.path().rename(tmp_path / "copy")

    assert said("reapply_erasures")[-1] == "0 erasures are known. Erased again: 0."
    assert said("reapply_erasures", copy)[-1] == "1 erasures are known. Erased again: 1."


@pytest.mark.usefixtures("restored")
def test_who_came_back_after_the_erasure_stays() -> None:
    BookingRequest.objects.filter(name="Samira Haddad").update(created_at=NOW)

    said("reapply_erasures")

    assert names() == ["Tom", "Samira Haddad"]


@pytest.mark.usefixtures("restored")
def test_erasures_of_another_key_are_reported(settings: Settings) -> None:
    settings.SECRET_KEY = "another"

    assert said("reapply_erasures") == [
        "1 erasures are known. Erased again: 0.",
        "1 erasures were recorded under another SECRET_KEY and cannot be recognised.",
    ]


def test_file_that_is_no_register_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("Remember the milk\n")

    with pytest.raises(CommandError, match="is no erasure"):
        said("reapply_erasures", file)
    with pytest.raises(CommandError, match="The erasures cannot be read"):
        said("reapply_erasures", tmp_path / "nowhere")
