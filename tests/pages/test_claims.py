"""What the site claims: published only with its basis, shown with it, and looked at again in time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from pages.basis import CLAIM_AGE, unfounded_claims
from pages.desk import old_claims
from pages.models import LandingPage, Publication, Question, Section, Statistic, claims
from pages.models.publication import NotPublishable
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CHECKED = date(2026, 11, 1)


@pytest.fixture
def page() -> LandingPage:
    """A page with a place for each kind of claim, and for the questions that explain them."""
    page = a_page()
    for kind in ("statistics", "testimonials", "questions"):
        Section.objects.create(page=page, kind=kind, anchor=kind, heading=kind)
    return page


def a_figure(**fields: Any) -> Statistic:
    founded = {"source_url": "https://example.com/survey", "checked_on": CHECKED}
    return Statistic.objects.create(figure="20%", label="more pay", **(founded | fields))


def a_testimonial(**fields: Any) -> claims.Testimonial:
    words = {"name": "Ann", "role": "Engineer", "outcome": "A new job", "summary": "It went well."}
    founded = {"permission": "By mail", "permission_on": CHECKED}
    return claims.Testimonial.objects.create(**(words | founded | fields))


def refusal(page: LandingPage) -> tuple[str, ...]:
    with pytest.raises(NotPublishable) as refused:
        published(page, at=NOW)
    assert not Publication.objects.exists()
    return refused.value.sentences


# --- Refused


def test_figure_without_a_basis_is_not_published(page: LandingPage) -> None:
    a_figure(source_url="", source_name="A survey")

    assert refusal(page) == (
        "The figure “20% more pay” needs a source address, or a question on this site that explains it.",
    )


def test_figure_that_nobody_has_checked_is_not_published(page: LandingPage) -> None:
    a_figure(checked_on=None)

    assert refusal(page) == ("The figure “20% more pay” needs the day on which somebody last checked it.",)


def test_figure_is_not_explained_by_a_question_of_another_page(page: LandingPage) -> None:
    elsewhere = Question.objects.create(question="Why?", answer="So.", anchor="why", page=a_page("other"))
    a_figure(source_url="", explained_by=elsewhere)

    assert refusal(page) == (
        "The figure “20% more pay” is explained by a question that the page does not show.",
    )


@pytest.mark.parametrize("lacking", [{"permission": ""}, {"permission": " "}, {"permission_on": None}])
def test_testimonial_without_a_recorded_permission_is_not_published(
    page: LandingPage, lacking: dict[str, Any]
) -> None:
    a_testimonial(**lacking)

    assert refusal(page) == ("The testimonial of Ann needs a recorded permission and its date.",)


def test_every_claim_that_lacks_something_is_named(page: LandingPage) -> None:
    a_figure(source_url="", checked_on=None)
    a_testimonial(permission="")

    assert len(refusal(page)) == 3


def test_no_publication_is_made_around_the_rule(page: LandingPage) -> None:
    content = published(page, at=NOW).content
    assert content
    section = {"kind": "statistics", "items": [{"figure": "99%", "label": "of all", "source_url": ""}]}
    section["items"][0] |= {"explanation_anchor": None, "checked_on": None}  # type: ignore[index,operator]

    with pytest.raises(NotPublishable):
        Publication.objects.create(
            page=page, slug="guide", content={**content, "sections": [section]}, made_at=NOW, counts_from=NOW
        )


def test_claim_in_a_section_that_is_not_shown_holds_nothing_up(page: LandingPage) -> None:
    a_figure(checked_on=None)
    Section.objects.filter(kind="statistics").update(is_shown=False)

    assert published(page, at=NOW)


# --- Shown


def test_page_shows_what_a_figure_rests_on_and_when_it_was_checked(page: LandingPage) -> None:
    question = Question.objects.create(question="Why?", answer="So.", anchor="why")
    a_figure(source_name="A survey")
    a_figure(source_url="", explained_by=question, checked_on=date(2026, 9, 2))
    published(page, at=NOW)

    text = Client().get("/guide/").content.decode()

    links = re.findall(r'<small>(?:Source: )?<a href="([^"]+)"[^>]*>([^<]+)</a></small>', text)
    assert links == [("https://example.com/survey", "A survey"), ("#why", "How this is known")]
    assert re.findall(r"Checked on ([^<]+)", text) == ["1 November 2026", "2 September 2026"]


def test_permission_is_kept_with_the_publication_and_not_shown(page: LandingPage) -> None:
    a_testimonial(permission="A letter of hers")

    publication = published(page, at=NOW)

    assert "A letter of hers" in str(publication.content)
    assert "A letter of hers" not in Client().get("/guide/").content.decode()


def test_starter_pages_claim_nothing_without_its_basis() -> None:
    call_command("load_starter_page", verbosity=0)

    live = Publication.objects.live(timezone.now())
    claimed = [
        item
        for row in live
        for section in (row.content or {})["sections"]
        if section["kind"] in {"statistics", "testimonials"}
        for item in section["items"]
    ]
    assert len(claimed) >= 4
    assert [sentence for row in live for sentence in unfounded_claims(row.content or {})] == []


# --- Looked at again


def test_desk_warns_of_claims_that_have_stood_too_long(as_editor: Client) -> None:
    today = timezone.now().date()
    a_figure(checked_on=today - CLAIM_AGE - timedelta(days=2))
    a_figure(checked_on=today)
    a_testimonial(permission_on=today - CLAIM_AGE - timedelta(days=3))

    desk = as_editor.get("/admin/")

    assert [claim["words"] for claim in desk.context["old_claims"]] == ["Ann:  A new job", "20% more pay"]
    assert "Claims to look at again" in desk.content.decode()


def test_claim_is_old_once_its_age_has_passed() -> None:
    a_figure(checked_on=NOW.date() - CLAIM_AGE)

    assert [len(old_claims(at=NOW)), len(old_claims(at=NOW + timedelta(days=1)))] == [0, 1]


def test_desk_says_nothing_of_claims_when_all_are_fresh(as_editor: Client) -> None:
    a_figure(checked_on=timezone.now().date())

    assert "Claims to look at again" not in as_editor.get("/admin/").content.decode()
