"""The card on a page's form that shows how the page will look where it is found."""

from __future__ import annotations

import html
import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from pages.models import Brand, LandingPage, StairStep
from tests.counting import queries_of
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> LandingPage:
    Brand(name="Zen").save()
    return a_page("guide", title="A guide: for readers", message="Read this.", seo_title="Search title")


def url_of(page: LandingPage, name: str = "change/") -> str:
    return f"/admin/pages/landingpage/{page.pk}/{name}"


def card_of(page: LandingPage, client: Client) -> str:
    source = client.get(url_of(page)).content.decode()
    return html.unescape(source.partition("data-found")[2].partition("</section>")[0])


def test_card_shows_what_search_results_and_shared_links_will_show(
    page: LandingPage, as_editor: Client
) -> None:
    card = card_of(page, as_editor)

    assert re.findall(r'data-shows="(\w+)">([^<]*)<', card) == [
        ("title", "Search title"),
        ("description", "Read this."),
        ("title", "Search title"),
        ("description", "Read this."),
    ]
    assert re.findall(r'data-counts="(\w+)">(\d+)<', card) == [("title", "12"), ("description", "10")]
    assert f'src="{url_of(page, "sharing.png")}"' in card


def test_card_shows_the_draft_and_not_what_readers_see(page: LandingPage, as_editor: Client) -> None:
    published(page)
    page.seo_title = "Not for readers yet"
    page.save()

    assert "Not for readers yet" in card_of(page, as_editor)


def test_picture_of_the_draft_follows_the_title_that_is_typed(page: LandingPage, as_editor: Client) -> None:
    saved = as_editor.get(url_of(page, "sharing.png"))
    typed = as_editor.get(url_of(page, "sharing.png"), {"title": "Typed " * 100})

    assert [Image.open(BytesIO(answer.content)).size for answer in (saved, typed)] == [(1200, 630)] * 2
    assert saved.content != typed.content
    assert "no-store" in saved["Cache-Control"]


def test_picture_of_a_draft_is_for_editors(page: LandingPage, as_adviser: Client) -> None:
    answers = [client.get(url_of(page, "sharing.png")).status_code for client in (Client(), as_adviser)]

    assert answers == [302, 403]


def test_new_page_has_no_card_yet(as_editor: Client) -> None:
    assert "data-found" not in as_editor.get("/admin/pages/landingpage/add/").content.decode()


def test_form_of_a_page_that_is_gone_leads_back(as_editor: Client) -> None:
    assert as_editor.get("/admin/pages/landingpage/999/change/").status_code == 302


def test_refused_form_shows_the_card_of_what_was_saved(page: LandingPage, as_editor: Client) -> None:
    answer = as_editor.post(url_of(page), {"title": "New", "slug": "not an address"})

    assert "Search title" in answer.content.decode().partition("data-found")[2]


def test_queries_do_not_grow_with_the_stair(page: LandingPage, as_editor: Client) -> None:
    StairStep.objects.create(page=page, label="First")
    few = queries_of(as_editor, url_of(page))
    for number in range(5):
        StairStep.objects.create(page=page, label=f"Step {number}")

    assert queries_of(as_editor, url_of(page)) == few
