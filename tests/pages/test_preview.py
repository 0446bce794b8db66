"""Drafts in the real page: for staff on one click, for others by a link that expires."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from pages.models import LandingPage, Section
from pages.preview import LIFETIME, preview_url
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def path_of(page: LandingPage, *, at: datetime | None = None) -> str:
    return preview_url(page, at=at or timezone.now()).partition("8000")[2]


def draft() -> LandingPage:
    """A page whose readers see something else than its rows."""
    page = a_page(message="What readers see.")
    Section.objects.create(page=page, kind="prose", anchor="text", heading="A text")
    published(page)
    page.message = "What is planned."
    page.save()
    return page


def test_link_shows_the_draft_in_the_real_page_without_signing_in() -> None:
    page = draft()

    response = Client().get(path_of(page))

    text = response.content.decode()
    assert response.status_code == 200
    assert "What is planned." in text
    assert 'id="text"' in text
    assert response.cookies == {}


def test_preview_says_what_it_is_and_leads_nobody_to_the_desk() -> None:
    with time_machine.travel(NOW, tick=False):
        text = Client().get(path_of(draft(), at=NOW)).content.decode()

    assert "This is a draft. Its link works until 27 November 2026." in text
    assert "/admin/" not in text


def test_preview_is_neither_stored_nor_found_by_search_engines() -> None:
    response = Client().get(path_of(draft()))

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert response["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()
    assert "ETag" not in response


def test_link_expires() -> None:
    path = path_of(draft(), at=NOW)

    answers = []
    for moment in (NOW + LIFETIME - timedelta(seconds=1), NOW + LIFETIME + timedelta(seconds=1)):
        with time_machine.travel(moment, tick=False):
            answers.append(Client().get(path))

    assert [answer.status_code for answer in answers] == [200, 410]
    assert "This link has expired." in answers[1].content.decode()
    assert "What is planned." not in answers[1].content.decode()


def test_link_of_one_page_shows_no_other_and_cannot_be_made_up() -> None:
    page, other = draft(), a_page("other")
    token, _, signature = path_of(page).rpartition(":")
    another, _, _ = path_of(other).rpartition(":")

    answers = [
        Client().get(url).status_code for url in (f"{another}:{signature}", f"{token}:x/", "/preview/1/")
    ]

    assert answers == [404, 404, 404]


def test_link_to_a_page_that_was_deleted_is_not_found() -> None:
    page = a_page()
    path = path_of(page)

    page.delete()

    assert Client().get(path).status_code == 404


def test_staff_preview_the_draft_with_a_link_to_edit_each_section(as_editor: Client) -> None:
    page = draft()
    hidden = Section.objects.create(page=page, kind="prose", anchor="aside", heading="B", is_shown=False)
    Section.objects.create(page=page, kind="prose", anchor="end", heading="C", position=9)
    Section.objects.filter(pk=hidden.pk).update(position=5)

    text = as_editor.get(f"/admin/pages/landingpage/{page.pk}/preview/").content.decode()

    form = f"/admin/pages/landingpage/{page.pk}/change/"
    assert "What is planned." in text
    assert re.findall(r'class="edit-here"><a href="([^"]+)"', text) == [
        f"{form}#sections-0",
        f"{form}#sections-2",
    ]


def test_edit_link_leads_to_the_section_on_the_form(as_editor: Client) -> None:
    page = draft()

    form = as_editor.get(f"/admin/pages/landingpage/{page.pk}/change/").content.decode()

    place = form[form.index('id="sections-0"') :]
    assert 'value="A text"' in place[: place.index('id="sections-empty"')]


def test_staff_see_the_live_page_with_links_at_an_address_of_its_own(as_editor: Client) -> None:
    page = draft()

    text = as_editor.get(f"/admin/pages/landingpage/{page.pk}/live/").content.decode()

    assert "What readers see." in text
    assert "Edit this section" in text


def test_live_page_is_the_same_bytes_for_staff_and_visitors(as_editor: Client) -> None:
    draft()

    for_staff, for_visitors = as_editor.get("/guide/"), Client().get("/guide/")

    assert for_staff.content == for_visitors.content
    assert "Edit this section" not in for_staff.content.decode()
    assert (for_staff.has_header("Vary"), for_staff.cookies) == (False, {})


def test_page_that_is_not_on_the_site_has_no_live_view(as_editor: Client) -> None:
    page = a_page()

    assert as_editor.get(f"/admin/pages/landingpage/{page.pk}/live/").status_code == 404


@pytest.mark.parametrize("view", ["preview", "live", "publishing"])
def test_views_of_staff_are_closed_to_others(as_adviser: Client, view: str) -> None:
    url = f"/admin/pages/landingpage/{draft().pk}/{view}/"

    assert as_adviser.get(url).status_code == 403
    assert Client().get(url).headers["Location"].startswith("/admin/login/")
