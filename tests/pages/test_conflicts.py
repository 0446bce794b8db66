"""An edit that was begun in two browsers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from pages.models import LandingPage, Offer, StairStep
from tests.pages.factories import a_page
from tests.pages.test_admin import page_form, step

pytestmark = pytest.mark.django_db


def seen_in(source: str) -> str:
    found = re.search(r'name="seen" value="(\w+)"', source)
    assert found
    return found[1]


def told_in(source: str) -> list[tuple[str, str, str]]:
    """Field, theirs and mine, of the comparison."""
    table = source.partition('class="differences"')[2].partition("</table>")[0]
    cells = re.findall(
        r'class="quiet">([^<]*)</span></th>\s*<td[^>]*>(.*?)</td>\s*<td[^>]*>(.*?)</td>', table
    )
    return [(field, *(re.sub(r"<[^>]+>", "", text) for text in texts)) for field, *texts in cells]


@pytest.fixture
def page() -> LandingPage:
    page = a_page("guide", title="As it was")
    StairStep.objects.create(page=page, label="Junior", position=1)
    return page


def url_of(page: LandingPage) -> str:
    return f"/admin/pages/landingpage/{page.pk}/change/"


def form_of(page: LandingPage, seen: str, **fields: Any) -> dict[str, Any]:
    rows = [step(row.label, row.position, id=row.pk, page=page.pk) for row in page.steps.all()]
    return page_form(page, steps=rows) | {"seen": seen} | fields


def test_second_of_two_edits_is_shown_both_and_saves_nothing(page: LandingPage, as_editor: Client) -> None:
    seen = seen_in(as_editor.get(url_of(page)).content.decode())
    mine = form_of(page, seen, title="Mine")
    LandingPage.objects.filter(pk=page.pk).update(title="Theirs")

    answer = as_editor.post(url_of(page), mine).content.decode()

    assert told_in(answer) == [("title", "Theirs", "Mine")]
    assert 'value="Mine"' in answer
    assert LandingPage.objects.get().title == "Theirs"


def test_saving_again_overwrites_knowingly(page: LandingPage, as_editor: Client) -> None:
    seen = seen_in(as_editor.get(url_of(page)).content.decode())
    mine = form_of(page, seen, title="Mine")
    LandingPage.objects.filter(pk=page.pk).update(title="Theirs")
    read = seen_in(as_editor.post(url_of(page), mine).content.decode())

    as_editor.post(url_of(page), mine | {"seen": read})

    assert LandingPage.objects.get().title == "Mine"


def test_change_of_a_row_on_the_form_counts_too(page: LandingPage, as_editor: Client) -> None:
    seen = seen_in(as_editor.get(url_of(page)).content.decode())
    mine = form_of(page, seen)
    page.steps.update(label="Theirs", drawing="hatch")

    answer = as_editor.post(url_of(page), mine).content.decode()

    assert told_in(answer) == [
        ("label", "Theirs", "Junior"),
        ("drawing", "hatched: both", "solid: you build it"),
    ]


def test_edits_one_after_the_other_do_not_meet(page: LandingPage, as_editor: Client) -> None:
    for title in ("First", "Second"):
        seen = seen_in(as_editor.get(url_of(page)).content.decode())
        as_editor.post(url_of(page), form_of(page, seen, title=title))

    assert LandingPage.objects.get().title == "Second"
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Changed Title."] * 2


def test_items_are_not_overwritten_either(as_editor: Client) -> None:
    offer = Offer.objects.create(title="Calls", text="As it was")
    url = f"/admin/pages/offer/{offer.pk}/change/"
    mine = {"title": "Calls", "text": "Mine", "position": 0}
    mine["seen"] = seen_in(as_editor.get(url).content.decode())
    Offer.objects.update(text="Theirs")

    answer = as_editor.post(url, mine).content.decode()

    assert told_in(answer) == [("text", "Theirs", "Mine")]
    assert Offer.objects.get().text == "Theirs"


def test_choice_of_what_is_no_choice_is_compared_as_none(as_editor: Client) -> None:
    offer = Offer.objects.create(title="Calls", text="As it was")
    url = f"/admin/pages/offer/{offer.pk}/change/"
    mine = {"title": "Calls", "text": "Mine", "position": 0, "page": "\0"}
    mine["seen"] = seen_in(as_editor.get(url).content.decode())
    Offer.objects.update(text="Theirs")

    answer = as_editor.post(url, mine).content.decode()

    assert told_in(answer) == [("text", "Theirs", "Mine")]
