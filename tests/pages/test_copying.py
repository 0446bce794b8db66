"""A page made from a copy of another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.test import Client

from pages.content import content_of
from pages.copying import copy_of
from pages.models import (
    LandingPage,
    Mentor,
    MentorStep,
    Offer,
    PainPoint,
    Publication,
    Question,
    ScopePoint,
    Section,
    StairStep,
    Statistic,
    claims,
)
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 1)
AGREED = {"summary": "Well.", "permission": "By mail.", "permission_on": TODAY}


@pytest.fixture
def page() -> LandingPage:
    """With one of everything that a page can have of its own, and one shared offer."""
    page = a_page("guide", title="The guide", is_home=True)
    StairStep.objects.create(page=page, label="Junior", stands_here=True)
    for number, kind in enumerate(Section.Kind):
        Section.objects.create(page=page, kind=kind, anchor=kind, heading=kind, position=number)
    PainPoint.objects.create(page=page, text="Where next?")
    ScopePoint.objects.create(page=page, title="Engineer", text="Builds.")
    MentorStep.objects.create(
        mentor=Mentor.objects.create(page=page, name="Zen", story="Once."), label="Start"
    )
    claims.Testimonial.objects.create(
        page=page,
        name="Ana",
        role="Lead",
        outcome="Grew",
        summary="Well.",
        permission="By mail.",
        permission_on=TODAY,
    )
    question = Question.objects.create(page=page, question="Why?", answer="So.", anchor="why")
    Statistic.objects.create(page=page, figure="3", label="steps", explained_by=question, checked_on=TODAY)
    Offer.objects.create(page=page, title="Own", text="Own.")
    Offer.objects.create(title="Shared", text="Shared.")
    return page


def words(content: Any) -> Any:
    """The content without what must differ between two pages."""
    if isinstance(content, dict):
        kept = {name: value for name, value in content.items() if name not in {"id", "page", "anchor", "url"}}
        return {name: words(value) for name, value in kept.items()}
    return [words(part) for part in content] if isinstance(content, list) else content


def url_of(page: LandingPage) -> str:
    return f"/admin/pages/landingpage/{page.pk}/copy/"


def test_copy_says_the_same_and_is_an_unpublished_draft(page: LandingPage) -> None:
    published(page)

    copy = copy_of(page)

    assert (copy.slug, copy.title, copy.is_home) == ("guide-copy", "The guide (copy)", False)
    assert [section["kind"] for section in content_of(copy)["sections"]] == list(Section.Kind)
    assert words(content_of(copy)["steps"]) == words(content_of(page)["steps"])
    assert Publication.objects.filter(page=copy).count() == 0


def test_everything_that_is_a_pages_own_is_copied(page: LandingPage) -> None:
    copy = copy_of(page)

    own = [
        (relation.related_model, relation.field.name)
        for relation in page._meta.related_objects
        if relation.related_model is not Publication and relation.related_model in apps.get_models()
    ]
    counts = {model: model._default_manager.filter(**{name: page}).count() for model, name in own}
    assert counts == {model: model._default_manager.filter(**{name: copy}).count() for model, name in own}
    assert 0 not in counts.values()
    assert [step.label for step in MentorStep.objects.filter(mentor__page=copy)] == ["Start"]


def test_shared_items_stay_shared(page: LandingPage) -> None:
    copy_of(page)

    assert Offer.objects.filter(page=None).count() == 1


def test_figure_of_a_copy_is_explained_by_the_question_of_the_copy(page: LandingPage) -> None:
    copy = copy_of(page)

    question = Question.objects.get(page=copy)
    assert question.anchor == "why-copy"
    assert Statistic.objects.get(page=copy).explained_by == question
    assert Statistic.objects.get(page=page).explained_by == Question.objects.get(page=page)


def test_each_copy_has_an_address_of_its_own(page: LandingPage) -> None:
    copies = [copy_of(page) for _ in range(3)]
    long = copy_of(a_page("x" * 80, title="y" * 120))

    assert [copy.slug for copy in copies] == ["guide-copy", "guide-copy-2", "guide-copy-3"]
    assert (long.slug, long.title) == ("x" * 75 + "-copy", "y" * 113 + " (copy)")


def test_button_on_the_form_makes_a_copy_and_opens_it(page: LandingPage, as_editor: Client) -> None:
    form = as_editor.get(f"/admin/pages/landingpage/{page.pk}/change/").content.decode()
    answer = as_editor.post(url_of(page))

    copy = LandingPage.objects.get(slug="guide-copy")
    assert f'action="{url_of(page)}"' in form
    assert answer["Location"] == f"/admin/pages/landingpage/{copy.pk}/change/"
    assert LogEntry.objects.get().get_change_message() == "Copied from “The guide”."


def test_only_editors_copy_and_only_by_posting(
    page: LandingPage, as_editor: Client, as_adviser: Client
) -> None:
    answers = [client.post(url_of(page)).status_code for client in (Client(), as_adviser)]

    assert [*answers, as_editor.get(url_of(page)).status_code] == [302, 403, 405]
    assert LandingPage.objects.count() == 1
