"""Ten pages that share mentor, offers and questions, and differ in the rest."""

from __future__ import annotations

import html
import re

import pytest
from django.core.management import call_command
from django.test import Client

from pages.content import content_of
from pages.models import LandingPage, Mentor, Offer, PainPoint, Question, Section, StairStep
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

KINDS = ["pain_points", "mentor", "offers", "questions"]


def page_of_its_own(number: int) -> LandingPage:
    page = a_page(f"page-{number}", title=f"Title {number}", message=f"Message {number}")
    for position, kind in enumerate(KINDS):
        Section.objects.create(
            page=page, kind=kind, anchor=kind, heading=f"{kind} of {number}", position=position
        )
    StairStep.objects.create(page=page, label=f"Step {number}")
    PainPoint.objects.create(page=page, text=f"Doubt {number}")
    Question.objects.create(
        page=page, question=f"Question {number}?", answer="Its own.", anchor=f"own-{number}", position=1
    )
    return page


@pytest.fixture
def ten_pages() -> list[LandingPage]:
    Mentor.objects.create(name="The mentor", story="S", caption="C", drawing_description="D")
    Offer.objects.create(title="The offer", text="T")
    Question.objects.create(question="The shared question?", answer="A", anchor="shared", position=1000)
    pages = [page_of_its_own(number) for number in range(10)]
    for page in pages:
        published(page)
    return pages


def read(page: LandingPage) -> str:
    return html.unescape(Client().get(page.get_absolute_url()).content.decode())


def test_every_page_shows_what_all_share(ten_pages: list[LandingPage]) -> None:
    texts = [read(page) for page in ten_pages]

    for shared in ("The mentor", "The offer", "The shared question?"):
        assert [shared in text for text in texts] == [True] * 10


def test_no_page_shows_what_another_has_of_its_own(ten_pages: list[LandingPage]) -> None:
    texts = [read(page) for page in ten_pages]

    for number, text in enumerate(texts):
        own = [f"{word} {n}" for n in range(10) for word in ("Title", "Message", "Step", "Doubt", "Question")]
        assert [word for word in own if word in text] == [word for word in own if word.endswith(f" {number}")]


def test_own_questions_come_before_the_shared_ones(ten_pages: list[LandingPage]) -> None:
    content = content_of(ten_pages[3])

    questions = [item["question"] for item in content["sections"][3]["items"]]

    assert questions == ["Question 3?", "The shared question?"]


def test_each_page_has_a_picture_of_its_own(ten_pages: list[LandingPage]) -> None:
    pictures = {text.partition('og:image" content="')[2].partition('"')[0] for text in map(read, ten_pages)}

    assert len(pictures) == 10


def test_starter_pages_share_mentor_client_offers_and_questions() -> None:
    call_command("load_starter_page", verbosity=0)
    contents = [
        {section["kind"]: section["items"] for section in content_of(page)["sections"]}
        for page in LandingPage.objects.filter(slug__contains="engineer")
    ]
    first, second = contents

    for kind in ("mentor", "testimonials", "offers"):
        assert first[kind] == second[kind] != []
    for kind in ("pain_points", "scope"):
        assert [row for row in second[kind] if row in first[kind]] == []
    shared = [row["anchor"] for row in second["questions"] if row in first["questions"]]
    assert shared == ["no-interviews", "courses", "investment", "full-time-job"]
    assert len(second["questions"]) == 10


def test_links_between_the_starter_pages_lead_somewhere() -> None:
    call_command("load_starter_page", verbosity=0)
    first, second = LandingPage.objects.filter(slug__contains="engineer")

    assert re.search(
        rf'href="{second.get_absolute_url()}"[^>]*>From backend developer to AI engineer<', read(first)
    )
    assert re.search(r'href="/"[^>]*>AI Architect vs AI Engineer<', read(second))
