"""Who sees what of the staff desk, and what its first page says."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from model_bakery import baker

from leads.models import CallRules
from tests.leads.factories import submitted
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

MODELS = {
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/": model for model in admin.site._registry
}
NEEDED: dict[str, Any] = {"Picture": {"is_decoration": True}, "Resource": {"address": "/guide/"}}
"""What a row needs beside its required fields."""
LISTS = {url: model._meta.app_label for url, model in MODELS.items()}


def allowed(client: Client) -> set[str]:
    """The parts of the site whose lists the client may open."""
    return {app for url, app in LISTS.items() if client.get(url).status_code != 403}


def linked(client: Client) -> set[str]:
    html = client.get("/admin/").content.decode()
    return {app for url, app in LISTS.items() if f'href="{url}' in html}


def test_owner_sees_everything(as_owner: Client) -> None:
    assert allowed(as_owner) == linked(as_owner) == {"audit", "auth", "leads", "pages"}


def test_adviser_sees_the_requests_alone(as_adviser: Client) -> None:
    assert allowed(as_adviser) == linked(as_adviser) == {"leads"}


def test_editor_sees_the_pages_alone(as_editor: Client) -> None:
    assert allowed(as_editor) == linked(as_editor) == {"pages"}


def every_address(*apps: str) -> list[str]:
    """The addresses of the apps' lists and forms, of a row that is there."""
    submitted()
    published(a_page())
    addresses = []
    for url in (url for url, app in LISTS.items() if app in apps):
        model = MODELS[url]
        row = model._default_manager.first() or baker.make(model, **NEEDED.get(model.__name__, {}))
        paths = ["", "add/", f"{row.pk}/change/", f"{row.pk}/delete/", f"{row.pk}/history/"]
        addresses += [f"{url}{path}" for path in paths]
    return addresses


@pytest.mark.parametrize(
    ("person", "other_side"), [("as_adviser", ("pages", "auth")), ("as_editor", ("leads", "auth"))]
)
def test_every_address_of_the_other_side_is_closed(
    request: pytest.FixtureRequest, person: str, other_side: tuple[str, ...]
) -> None:
    client: Client = request.getfixturevalue(person)

    answers = {url: client.get(url).status_code for url in every_address(*other_side)}

    assert answers == dict.fromkeys(answers, 403)


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_stranger_is_sent_to_the_sign_in_from_every_address(client: Client, is_signed_in: bool) -> None:
    booking = submitted()
    if is_signed_in:
        client.force_login(User.objects.create_user("outsider"))
    verbs = [
        f"/admin/leads/bookingrequest/{booking.pk}/confirm/do/",
        f"/admin/leads/bookingrequest/{booking.pk}/note/",
        f"/admin/leads/message/{booking.messages.first().pk}/again/",  # type: ignore[union-attr]
    ]

    answers = [client.get(url) for url in ["/admin/", *every_address("auth", "leads", "pages")]]
    answers += [client.post(url) for url in verbs]

    assert {answer.headers.get("Location", "")[:13] for answer in answers} == {"/admin/login/"}
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_editor_cannot_act_on_a_request(as_editor: Client) -> None:
    booking = submitted()

    answers = [
        as_editor.post(f"/admin/leads/bookingrequest/{booking.pk}/{path}", {"text": "Hello"})
        for path in ("confirm/do/", "note/", "delete/")
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_desk_tells_every_time_by_the_coachs_clock(as_adviser: Client) -> None:
    CallRules(time_zone="Asia/Tokyo").save()
    booking = submitted(at=datetime(2026, 11, 23, 20, 0, tzinfo=UTC))

    page = as_adviser.get(f"/admin/leads/bookingrequest/{booking.pk}/change/").content.decode()

    assert "24 November 2026, 05:00 JST" in page


FORMS = [f"/admin/leads/{name}/add/" for name in ("weeklyhours", "closure", "callrules", "busycalendar")]


@pytest.mark.parametrize("url", ["/admin/", "/admin/password_change/", "/admin/leads/", *LISTS, *FORMS])
def test_no_page_of_the_desk_carries_a_style_or_a_script_of_its_own(as_owner: Client, url: str) -> None:
    page = as_owner.get(url, follow=True).content.decode()

    assert re.findall(r"<style|\sstyle=|<script>|\son\w+=", page) == []
    assert "css/staff.css" in page
