"""Files that the worker makes: a slice at a time, again after a crash, for a day, and for few eyes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings

from leads.exporting import making, pieces, workbook
from leads.exporting.making import Maker, sweep
from leads.models import Export
from leads.models.export import folder
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "own_folder")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "/admin/leads/bookingrequest/export/xlsx/"


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def asked_for(by: User, **changes: Any) -> Export:
    return Export.objects.create(
        **{"subject": "requests", "format": "xlsx", "by": by, "filters": "All", "rows_total": 3, **changes}
    )


def finished(by: User, *, at: datetime = NOW) -> Export:
    """One with its file."""
    export = asked_for(by, state="finished", finished_at=at)
    export.path.write_bytes(b"whole")
    return export


def stands(export: Export) -> tuple[str, int, str]:
    export.refresh_from_db()
    return export.state, export.rows_done, export.problem


def names_in(path: Path) -> list[str]:
    return [row[8].value for sheet in load_workbook(path) for row in sheet.iter_rows(min_row=2)]


def files() -> list[str]:
    return sorted(path.name for path in folder().iterdir())


def test_file_is_asked_for_made_by_the_worker_and_fetched(as_adviser: Client, adviser: User) -> None:
    submitted(name="=1+1", starts_at=NOW + DAY)
    submitted(name="Ben").decline(by=adviser, at=NOW)

    asked = as_adviser.post(f"{URL}?status__exact=requested")
    call_command("worker", "--once")

    export = Export.objects.get()
    assert (asked.status_code, asked.headers["Location"]) == (302, f"/admin/leads/export/{export.pk}/change/")
    assert (stands(export), export.filters, export.by) == (("finished", 1, ""), "status: Requested", adviser)
    response: Any = as_adviser.get(f"/admin/leads/export/{export.pk}/file/")
    assert b"".join(response.streaming_content) == export.path.read_bytes()
    assert response.headers["Content-Disposition"] == 'attachment; filename="requests-2026-11-23.xlsx"'


def test_cells_have_types_so_that_text_is_never_a_formula_and_times_sort(adviser: User) -> None:
    booking = submitted(name="=1+1", starts_at=NOW + DAY)
    export = asked_for(adviser)

    call_command("worker", "--once")

    sheet = load_workbook(export.path).active
    assert sheet is not None
    heading, row = [list(cells) for cells in sheet.iter_rows()]
    read = {str(head.value): (cell.value, cell.data_type) for head, cell in zip(heading, row, strict=True)}
    assert [read[name] for name in ["Number", "Name", "Call begins (Europe/Amsterdam)", "Outcome"]] == [
        (booking.pk, "n"),
        ("=1+1", "s"),
        (datetime(2026, 11, 24, 7, 0), "d"),  # noqa: DTZ001
        (None, "n"),
    ]


def test_file_and_its_folder_are_for_the_sites_own_user(adviser: User) -> None:
    export = asked_for(adviser)

    call_command("worker", "--once")

    assert [oct(path.stat().st_mode & 0o777) for path in [export.path, export.path.parent]] == [
        "0o600",
        "0o700",
    ]
    assert files() == [export.path.name]


def test_ticked_rows_alone_stand_in_the_file(adviser: User) -> None:
    submitted(name="Ada")
    export = asked_for(adviser, keys=[submitted(name="Ben").pk])

    call_command("worker", "--once")

    assert names_in(export.path) == ["Ben"]


@pytest.fixture
def three_in_pieces_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ["Ada", "Ben", "Cem"]:
        submitted(name=name)
    monkeypatch.setattr(pieces, "ROWS", 1)
    monkeypatch.setattr(making.Draft, "write_until", _write_one_piece)


def _write_one_piece(draft: making.Draft, ends: datetime) -> bool:
    """A slice without a clock."""
    rows = next(draft.pieces, None)
    if rows is not None:
        draft.book.write(rows)
        draft.done += len(rows)
    return rows is not None


@pytest.mark.usefixtures("three_in_pieces_of_one")
def test_file_is_made_a_slice_a_round_and_says_how_far_it_is(as_adviser: Client, adviser: User) -> None:
    export, maker = asked_for(adviser), Maker()

    said = []
    for _ in range(4):
        maker.make_some(NOW)
        said.append((*stands(export)[:2], maker.has_begun()))

    assert said == [
        ("running", 1, True),
        ("running", 2, True),
        ("running", 3, True),
        ("finished", 3, False),
    ]
    assert names_in(export.path) == ["Cem", "Ben", "Ada"]


@pytest.mark.usefixtures("three_in_pieces_of_one")
def test_file_of_a_worker_that_died_is_begun_anew(adviser: User) -> None:
    export, dead = asked_for(adviser), Maker()
    dead.make_some(NOW)
    other = Maker()

    other.make_some(NOW + timedelta(minutes=1))
    left_alone = other.has_begun()
    for _ in range(4):
        other.make_some(NOW + timedelta(minutes=3))
    finished = stands(export)
    dead.make_some(NOW)

    assert (left_alone, finished, dead.has_begun()) == (False, ("finished", 3, ""), False)
    assert names_in(export.path) == ["Cem", "Ben", "Ada"]
    assert files() == [export.path.name]


def test_file_that_kills_its_worker_is_not_tried_for_ever(adviser: User) -> None:
    export = asked_for(adviser, attempts=3, state="running", told_at=NOW - DAY)

    Maker().make_some(NOW)

    assert stands(export) == ("broken_off", 0, "The worker did not survive making it.")


def test_who_may_export_no_more_gets_no_file(adviser: User, caplog: pytest.LogCaptureFixture) -> None:
    export = asked_for(adviser)
    Group.objects.get(name="Advisers").permissions.clear()

    Maker().make_some(NOW)

    assert (stands(export)[0], files()) == ("broken_off", [])


def test_file_that_fails_in_the_middle_leaves_nothing_and_stops_no_other(
    adviser: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, other = asked_for(adviser), asked_for(adviser)
    maker, write_until = Maker(), making.Draft.write_until

    def fails_once(draft: making.Draft, ends: datetime) -> bool:
        if draft.export == broken:
            raise OSError("No space left on device")
        return write_until(draft, ends)

    monkeypatch.setattr(making.Draft, "write_until", fails_once)
    for _ in range(2):
        maker.make_some(datetime.now(UTC))

    assert (stands(broken)[0], stands(other)[0], files()) == ("broken_off", "finished", [other.path.name])


def test_more_rows_than_a_sheet_holds_go_on_to_another(
    adviser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 3)
    for name in ["Ada", "Ben", "Cem"]:
        submitted(name=name)
    export = asked_for(adviser)

    call_command("worker", "--once")

    assert load_workbook(export.path).sheetnames == ["Requests", "Requests 2"]
    assert names_in(export.path) == ["Cem", "Ben", "Ada"]


def test_file_lives_for_a_day(adviser: User, as_adviser: Client) -> None:
    old, young = finished(adviser, at=NOW - DAY), finished(adviser, at=NOW - DAY + timedelta(minutes=1))

    sweep(NOW)

    assert (stands(old)[0], stands(young)[0], files()) == ("deleted", "finished", [young.path.name])
    response = as_adviser.get(f"/admin/leads/export/{old.pk}/file/")
    assert response.status_code == 302
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "There is no file any more. Export the list again."
    ]


def test_what_dead_workers_left_behind_is_swept_away() -> None:
    for name, age in [("old", 2 * DAY), ("young", DAY / 2)]:
        place = folder() / name
        place.mkdir()
        (place / "book").touch()
        os.utime(place, times=((NOW - age).timestamp(),) * 2)

    sweep(NOW)

    assert files() == ["young"]


def test_download_whose_server_died_ends_as_broken_off(adviser: User) -> None:
    silent = asked_for(adviser, format="csv", state="running", told_at=NOW - timedelta(hours=2), rows_done=2)
    alive = asked_for(adviser, format="csv", state="running", told_at=NOW - timedelta(minutes=5))

    sweep(NOW)

    assert [stands(silent), stands(alive)] == [
        ("broken_off", 2, "The server stopped in the middle."),
        ("running", 0, ""),
    ]


def test_file_is_for_those_who_may_export_its_list(
    adviser: User, as_adviser: Client, as_editor: Client
) -> None:
    url = f"/admin/leads/export/{finished(adviser).pk}/file/"
    assert as_editor.get(url).status_code == 403
    assert Client().get(url).status_code == 302

    Permission.objects.get(codename="export_bookingrequest").group_set.clear()

    assert as_adviser.get(url).status_code == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "0 of 3 rows"),
        ({"rows_total": 1}, "0 of 1 row"),
        ({"state": "broken_off", "finished_at": NOW, "problem": "It went wrong."}, "It went wrong."),
    ],
)
def test_page_of_an_export_says_how_far_it_is(
    as_adviser: Client, adviser: User, changes: dict[str, Any], said: str
) -> None:
    export = asked_for(adviser, **changes)

    page = as_adviser.get(f"/admin/leads/export/{export.pk}/change/").content.decode()

    assert said in " ".join(page.split())
    assert ("data-unfinished" in page) == export.is_under_way


def test_nobody_changes_or_deletes_a_record(as_owner: Client, owner: User) -> None:
    export = finished(owner)
    url = f"/admin/leads/export/{export.pk}"

    answers = [as_owner.post(f"{url}/{verb}/").status_code for verb in ["delete", "change"]]

    assert answers == [403, 200]
    assert stands(export) == ("finished", 0, "")
    assert as_owner.get("/admin/leads/export/add/").status_code == 403
