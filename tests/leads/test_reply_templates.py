"""The templates of letters and what they recommend: checked when saved, and shown before they are used."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from leads.models import ReplyTemplate, Resource
from leads.starter import load_reply_templates
from tests.leads.reading import page_of

pytestmark = pytest.mark.django_db

LIST = "/admin/leads/replytemplate/"
WORDS: dict[str, Any] = {
    "name": "Short",
    "purpose": "letter",
    "subject": "Hello",
    "body": "Hello {first_name},",
    "position": "0",
}


def problems_of(**changes: Any) -> dict[str, list[str]]:
    try:
        ReplyTemplate(**(WORDS | changes)).full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def sent(response: Any) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"body": "{first_name} {name} {coach} {call_time} {call_page} {booking_page} {no\n} {"}, {}),
        (
            {"body": "{frist_name}, {}"},
            {
                "body": [
                    f"This text cannot hold {braces}. It can hold {{first_name}}, {{name}}, {{coach}}, "
                    "{call_time}, {call_page}, {booking_page}."
                    for braces in ["{frist_name}", "{}"]
                ]
            },
        ),
        (
            {"subject": "For {first_name}"},
            {"subject": ["A subject cannot hold {first_name}. It can hold {coach}, {call_time}."]},
        ),
        (
            {"body": "{resource}"},
            {
                "body": [
                    "This text cannot hold {resource}. It can hold {first_name}, {name}, {coach}, "
                    "{call_time}, {call_page}, {booking_page}."
                ]
            },
        ),
        ({"purpose": "not_now", "body": "{resource}"}, {}),
        (
            {"purpose": "not_now"},
            {"body": ["A “not now” answer recommends something: write {resource} where it is to stand."]},
        ),
    ],
)
def test_placeholders_are_checked_when_a_template_is_saved(
    changes: dict[str, str], problems: dict[str, list[str]]
) -> None:
    assert problems_of(**changes) == problems


def test_mistake_comes_back_with_all_that_was_typed(as_adviser: Client) -> None:
    response = as_adviser.post(f"{LIST}add/", WORDS | {"body": "Hello {nobody}"})

    assert list(sent(response)) == ["body"]
    assert response.context["adminform"].form["body"].value() == "Hello {nobody}"
    assert not ReplyTemplate.objects.exists()


def test_preview_shows_what_a_prospect_would_get_and_saves_nothing(as_adviser: Client) -> None:
    template = ReplyTemplate.objects.create(name="Short", subject="Hello", body="Dear {first_name}")
    url = f"{LIST}{template.pk}/change/"

    saved = as_adviser.get(url)
    typed = as_adviser.post(url, WORDS | {"body": "<b>Hi</b> {first_name},\n\n{call_page}", "_preview": "1"})

    assert "<p>Dear Ana</p>" in page_of(saved)
    assert "<p>&lt;b&gt;Hi&lt;/b&gt; Ana,</p>" in page_of(typed)
    assert "Not saved yet." in page_of(typed)
    template.refresh_from_db()
    assert template.body == "Dear {first_name}"


def test_new_template_is_previewed_before_it_is_there(as_adviser: Client) -> None:
    empty = as_adviser.get(f"{LIST}add/")
    typed = as_adviser.post(f"{LIST}add/", WORDS | {"_preview": "1"})

    assert "example" not in empty.context
    assert "<p>Hello Ana,</p>" in page_of(typed)
    assert not ReplyTemplate.objects.exists()


def test_page_explains_every_placeholder(as_adviser: Client) -> None:
    page = page_of(as_adviser.get(f"{LIST}add/"))

    names = ["first_name", "name", "coach", "call_time", "call_page", "booking_page", "resource"]
    assert [name for name in names if f"<code>{{{name}}}</code>" in page] == names


def test_edit_that_somebody_overtook_is_not_saved_over_theirs(as_adviser: Client) -> None:
    template = ReplyTemplate.objects.create(name="Short", subject="Hello", body="One")
    url = f"{LIST}{template.pk}/change/"
    seen = as_adviser.get(url).context["adminform"].form.initial["seen"]
    ReplyTemplate.objects.update(body="Theirs")

    response = as_adviser.post(url, WORDS | {"body": "Mine", "seen": seen})

    assert list(sent(response)) == ["__all__"]
    template.refresh_from_db()
    assert template.body == "Theirs"


def test_list_keeps_its_order_and_hides_what_is_archived(as_adviser: Client) -> None:
    for position, name, is_archived in [(2, "Second", False), (1, "First", False), (0, "Old", True)]:
        ReplyTemplate.objects.create(
            name=name, subject="Hello", body="Hello", position=position, is_archived=is_archived
        )

    shown, archived = (
        [str(row) for row in as_adviser.get(LIST, query).context["cl"].result_list]
        for query in [{}, {"archived": "yes"}]
    )

    assert (shown, archived) == (["First", "Second"], ["Old"])


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("https://example.com/guide", True),
        ("/", True),
        ("/guide/?a=1#top", True),
        ("http://example.com/", False),
        ("//example.com/", False),
        ("/\\example.com", False),
        ("/a b", False),
        ("javascript:alert(1)", False),
        ("guide/", False),
        ("https://", False),
    ],
)
def test_resource_is_on_this_site_or_safe_on_the_way(address: str, is_kept: bool) -> None:
    try:
        Resource(title="The guide", address=address, sentence="Begin here.").full_clean()
        problem = ""
    except ValidationError as error:
        problem = error.message_dict["address"][0]

    expected = "Enter an address that begins with https://, or the path of a page of this site, like /guide/."
    assert problem == ("" if is_kept else expected)


@pytest.mark.parametrize(
    ("name", "model", "breach"),
    [
        ("a_template_has_a_known_purpose", ReplyTemplate, {"purpose": "spam"}),
        ("the_subject_of_a_template_is_one_line", ReplyTemplate, {"subject": "Two\nlines"}),
        ("a_resource_has_an_https_address_or_a_path", Resource, {"address": "http://example.com/"}),
        ("a_resource_has_an_https_address_or_a_path", Resource, {"address": "//example.com/"}),
    ],
)
def test_database_refuses_what_must_not_be(name: str, model: Any, breach: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match=name):
        model.objects.create(**breach)


def test_new_site_opens_with_letters_and_keeps_its_own(as_adviser: Client) -> None:
    load_reply_templates()
    ReplyTemplate.objects.exclude(name="Not now").delete()
    load_reply_templates()

    assert [(row.name, row.purpose) for row in ReplyTemplate.objects.all()] == [("Not now", "not_now")]


def test_letters_of_a_new_site_are_complete() -> None:
    load_reply_templates()

    assert [row.name for row in ReplyTemplate.objects.all()] == [
        "Ask for a little more",
        "Ask for another time",
        "After the call",
        "Not now",
    ]
    assert [row.url.endswith("/") for row in Resource.objects.all()] == [True]
