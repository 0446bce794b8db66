"""A person's data on the desk: found, given out, erased after a look at what goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from leads.models import BookingRequest, Erasure
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "own_folder")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
URL = "/admin/leads/erasure/"
ADDRESS = "samira@example.com"


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def page_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def found(client: Client, address: str = ADDRESS) -> str:
    return page_of(client.post(f"{URL}found/", {"address": address}))


def sent(seen: int, **changes: Any) -> dict[str, Any]:
    return {"address": ADDRESS, "seen": seen, "typed": ADDRESS, **changes}


@pytest.fixture
def answered(adviser: User) -> BookingRequest:
    booking = submitted()
    booking.decline(by=adviser, at=NOW)
    return booking


@pytest.mark.usefixtures("answered")
def test_page_says_what_is_kept_what_goes_and_what_stays(as_owner: Client) -> None:
    page = found(as_owner, " Samira@Example.com")

    for text in [
        ">samira@example.com</h2>",
        "Samira Haddad</a> <span>Senior AI engineer</span>",
        "1 × Booking requests",
        "2 × Booking events",
        "3 × Messages",
        "<b>Goes:</b> token, fingerprint, name, email, canonical email",
        "<b>Goes:</b> text.",
        "<b>Stays, to be counted:</b> kind, at, by.",
    ]:
        assert text in page


def test_address_that_is_unknown_is_told_so(as_owner: Client) -> None:
    assert "Nothing is kept about this address." in found(as_owner, "nobody@example.com")


def test_what_is_no_address_is_told_and_stays_typed(as_owner: Client) -> None:
    response = as_owner.post(f"{URL}found/", {"address": "samira at example"})

    page = page_of(response)
    assert response.status_code == 422
    assert "Enter a mail address like name@example.com." in page
    assert 'value="samira at example"' in page


@pytest.mark.usefixtures("answered")
def test_no_address_stands_in_the_address_of_a_page(as_owner: Client) -> None:
    assert as_owner.get(f"{URL}found/?address={ADDRESS}").headers["Location"] == URL
    assert as_owner.get(f"{URL}file/?address={ADDRESS}").status_code == 405


@pytest.mark.usefixtures("answered")
def test_file_is_a_download_that_nobody_stores(as_adviser: Client) -> None:
    response = as_adviser.post(f"{URL}file/", {"address": ADDRESS})

    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"] == 'attachment; filename="personal-data-2026-11-23.json"'
    assert "no-store" in response.headers["Cache-Control"]
    assert response.json()["requests"][0]["submission"]["name"] == "Samira Haddad"


def test_person_is_erased_after_the_address_was_typed_again(
    as_owner: Client, answered: BookingRequest
) -> None:
    response = as_owner.post(f"{URL}erase/", sent(6, typed="SAMIRA@example.com"))

    answered.refresh_from_db()
    assert (response.status_code, response.headers["Location"], answered.name) == (302, URL, "Erased")
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "Erased 1 request and 3 messages. The counts stay."
    ]
    assert '1 request, 3 messages</span> <span class="age">by owner</span>' in page_of(as_owner.get(URL))


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        (
            {"typed": "tom@example.com"},
            422,
            "This is another address than the one above. Nothing was erased.",
        ),
        ({"typed": ""}, 422, "This is another address than the one above. Nothing was erased."),
        ({"seen": 5}, 409, "Something has come in meanwhile. Look again at what goes."),
    ],
)
def test_doubt_erases_nothing(
    as_owner: Client, answered: BookingRequest, changes: dict[str, Any], status: int, said: str
) -> None:
    response = as_owner.post(f"{URL}erase/", {**sent(6), **changes})

    assert (response.status_code, said in page_of(response)) == (status, True)
    assert 'name="seen" value="6"' in page_of(response)
    assert not Erasure.objects.exists()


def test_open_call_is_named_and_cancelled_only_when_it_was_ticked(as_owner: Client) -> None:
    booking = submitted(starts_at=NOW + timedelta(days=1))
    page = found(as_owner)
    rows = 1 + 1 + 2 + 6  # The request, an event, two messages and six times of five minutes.

    refused = as_owner.post(f"{URL}erase/", sent(rows))
    booking.refresh_from_db()
    status_then = booking.status
    as_owner.post(f"{URL}erase/", sent(rows, cancelling="on"))

    booking.refresh_from_db()
    assert "One request is still open" in page
    assert (refused.status_code, status_then) == (409, "requested")
    assert "1 request is still open: answer it" in page_of(refused)
    assert (booking.status, booking.name) == ("cancelled", "Erased")


def test_advisers_look_and_give_out_but_do_not_erase_until_an_owner_lets_them(
    as_adviser: Client, adviser: User, answered: BookingRequest
) -> None:
    assert "Only those whom the owner allows it may erase." in found(as_adviser)
    assert as_adviser.post(f"{URL}erase/", sent(6)).status_code == 403

    adviser.user_permissions.add(Permission.objects.get(codename="erase_person"))
    as_adviser.post(f"{URL}erase/", sent(6))

    answered.refresh_from_db()
    assert answered.name == "Erased"


def test_editors_see_nothing_of_it(as_editor: Client) -> None:
    answers = [as_editor.get(URL).status_code] + [
        as_editor.post(f"{URL}{path}/", sent(6)).status_code for path in ["found", "file", "erase"]
    ]

    assert answers == [403] * 4
    assert URL not in page_of(as_editor.get("/admin/"))


def test_staff_account_with_the_address_is_pointed_out(as_owner: Client) -> None:
    assert "Somebody of the staff has an account with it." in found(as_owner, "owner@example.com")


def test_page_takes_no_more_queries_for_more_erasures(as_owner: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_owner.get(URL)
        return len(captured)

    queries()
    none = queries()
    for _ in range(10):
        Erasure.objects.create(at=NOW, digest="d", key="k", requests=1, messages=1)

    assert queries() == none
