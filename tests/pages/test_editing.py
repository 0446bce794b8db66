"""What makes editing safe and pleasant: Markdown with its preview, and counters."""

from __future__ import annotations

import pytest
from django.test import Client

from pages.models import Section
from pages.templatetags.prose import markdown
from tests.pages.factories import a_page

pytestmark = pytest.mark.django_db

PREVIEW = "/admin/pages/landingpage/markdown/"
TEXT = "One *stressed* word, ==marked==.\n\n- <script>alert(1)</script>"


def test_preview_of_markdown_is_what_the_page_shows(as_editor: Client) -> None:
    answer = as_editor.post(PREVIEW, {"text": TEXT})

    assert answer.content.decode() == markdown(TEXT)


def test_markdown_is_previewed_for_editors_and_only_when_posted(
    as_adviser: Client, as_editor: Client
) -> None:
    answers = [client.post(PREVIEW, {"text": "x"}).status_code for client in (Client(), as_adviser)]

    assert answers == [302, 403]
    assert as_editor.get(PREVIEW).status_code == 405


@pytest.mark.parametrize("kind", ["question", "testimonial", "mentor"])
def test_form_with_markdown_has_a_guide_and_a_preview(kind: str, as_editor: Client) -> None:
    source = as_editor.get(f"/admin/pages/{kind}/add/").content.decode()

    assert source.count(f'data-markdown="{PREVIEW}"') == 1
    assert source.count("How to write Markdown") == 1
    assert 'js/markdown.js" type="module"' in source


@pytest.mark.parametrize("kind", ["landingpage", "offer", "brand"])
def test_letters_are_counted_and_rows_moved_in_each_form_of_content(kind: str, as_editor: Client) -> None:
    source = as_editor.get(f"/admin/pages/{kind}/add/").content.decode()

    assert [f'js/{name}.js" type="module"' in source for name in ("counters", "ordering")] == [True, True]
    assert 'maxlength="' in source


def test_drafts_are_kept_on_forms_and_looked_after_on_every_page_of_the_desk(as_editor: Client) -> None:
    urls = ["/admin/", "/admin/pages/offer/", "/admin/pages/offer/add/", "/admin/pages/landingpage/add/"]
    pages = [as_editor.get(url) for url in urls] + [Client().get("/admin/login/")]

    assert [page.content.decode().count('js/drafts.js" type="module"') for page in pages] == [1] * 5


def test_each_section_of_a_page_has_a_guide(as_editor: Client) -> None:
    page = a_page()
    Section.objects.create(page=page, kind="prose", anchor="a", heading="A")

    source = as_editor.get(f"/admin/pages/landingpage/{page.pk}/change/").content.decode()

    # The section's, and that of the empty row that becomes a new section.
    assert source.count("How to write Markdown") == 2
