"""The landing page shows its rows, all of them and nothing else, the same to everyone."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.db import models
from django.test import Client

from pages.models import (
    Brand,
    LandingPage,
    Mentor,
    MentorStep,
    Offer,
    PainPoint,
    Question,
    ScopePoint,
    Section,
    StairStep,
    Statistic,
    claims,
)
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

MODELS: list[type[models.Model]] = [
    *(Brand, LandingPage, StairStep, Section, PainPoint, ScopePoint),
    *(Mentor, MentorStep, claims.Testimonial, Offer, Statistic, Question),
]
# Texts that are written down for staff, or choose a drawing, and are not read on the page.
DAY = date(2026, 11, 22)
NOT_SHOWN = {"Testimonial.permission", "StairStep.drawing", "ScopePoint.drawing", "Section.kind"}


@pytest.fixture
def page() -> LandingPage:
    """A page with one section and one item of every kind."""
    page = LandingPage.objects.create(
        slug="architect", title="Architect or engineer: the next step", message="Message"
    )
    for position, kind in enumerate(Section.Kind):
        Section.objects.create(
            page=page, kind=kind, anchor=f"at-{kind}", heading=kind.label, position=position
        )
    add_items(page, 1)
    return page


def add_items(page: LandingPage, count: int) -> None:
    first = Question.objects.count()
    for number in range(first, first + count):
        StairStep.objects.create(page=page, label=f"Step {number}", drawing=StairStep.Drawing.NETWORK)
        PainPoint.objects.create(page=page, text=f"Doubt {number}")
        ScopePoint.objects.create(page=page, title=f"Point {number}", text="Text")
        claims.Testimonial.objects.create(
            name="Client",
            role="Role",
            outcome="Outcome",
            summary="Summary",
            permission="By mail",
            permission_on=DAY,
        )
        Offer.objects.create(title=f"Offer {number}", text="Text", anchor=f"offer-{number}")
        question = Question.objects.create(question="Question?", answer="Answer.", anchor=f"answer-{number}")
        Statistic.objects.create(
            figure="20%", label="Label", explained_by=question, explanation_label="Why?", checked_on=DAY
        )
        mentor = Mentor.objects.create(
            name="Mentor", story="Story", caption="Caption", drawing_description="A"
        )
        MentorStep.objects.create(mentor=mentor, label="Step", note="Note")


def read(page: LandingPage) -> str:
    """The page as a reader sees it, when it is published as it is now."""
    page.refresh_from_db()
    published(page)
    return Client().get(page.get_absolute_url()).content.decode()


def texts_of(model: type[models.Model]) -> list[models.Field[str, str]]:
    kinds = (models.CharField, models.TextField)
    return [
        field
        for field in model._meta.get_fields()
        if isinstance(field, kinds) and f"{model.__name__}.{field.name}" not in NOT_SHOWN
    ]


def new_text(field: models.Field[str, str], marker: str) -> str:
    if isinstance(field, models.URLField):
        return f"https://{marker}.example/"
    if isinstance(field, models.EmailField):
        return f"{marker}@example.com"
    return marker


def rename_everything() -> list[str]:
    """Gives every text of every row a word of its own."""
    words: list[str] = []
    Brand().save()
    for model in MODELS:
        for field in texts_of(model):
            for row in model._default_manager.all():
                words.append(new_text(field, f"word{len(words)}x"))
                model._default_manager.filter(pk=row.pk).update(**{field.name: words[-1]})
    return words


def test_every_text_on_the_page_comes_from_a_row(page: LandingPage) -> None:
    words = rename_everything()

    content = html.unescape(read(page))

    assert [word for word in words if word not in content] == []


def test_templates_hold_no_copy_of_the_page(page: LandingPage) -> None:
    rename_everything()

    own_words = re.sub(r"word\d+x(@example\.com|\S*\.example/)?", "", visible_text(without_times(read(page))))

    # The single letter is the monogram of a client’s name.
    assert " ".join(own_words.split()) == "· Skip to main content w Source: Checked on 22 November 2026 , ·"


def test_missing_parts_leave_no_empty_places(page: LandingPage) -> None:
    text = read(page)

    for empty in ('<p class="kick"></p>', '<p class="fine"></p>', 'href=""', 'id=""', "Source:", "None"):
        assert empty not in text


def test_title_stays_whole_and_its_second_part_is_lighter(page: LandingPage) -> None:
    assert "<h1>Architect or engineer: <span>the next step</span></h1>" in read(page)


def test_text_of_staff_is_escaped(page: LandingPage) -> None:
    LandingPage.objects.update(title="<script>a: <script>b", message="<img src=x>")

    own = ['<script type="application/ld+json">', '<script src="/static/js/count.js"', "<img"]
    assert re.findall(r"<script(?: \w+=[^ >]+>?)?|<img", read(page)) == own


def test_every_call_to_action_says_where_it_stood(page: LandingPage) -> None:
    Section.objects.update(action_label="Book", note="Or ask")

    links = re.findall(r'href="(/book/[^"]*)"', html.unescape(without_times(read(page))))

    places = ["header", "hero", "at-pain_points", "at-scope", "at-mentor", "at-testimonials", "at-offers"]
    places += ["at-statistics", "at-questions", "answer-0", "at-closing", "at-prose"]
    assert links == [f"/book/?from=architect&cta={place}" for place in places]


def test_links_into_the_page_lead_somewhere(page: LandingPage) -> None:
    Section.objects.update(menu_label="Menu")

    text = read(page)

    targets = set(re.findall(r'<a [^>]*href="#([^"]+)"', text))
    assert targets == {"main", "answer-0", *(f"at-{kind}" for kind in Section.Kind)}
    assert [target for target in targets if text.count(f' id="{target}"') != 1] == []


def test_figure_with_a_source_names_it(page: LandingPage) -> None:
    Statistic.objects.update(source_name="levels.fyi", source_url="https://www.levels.fyi/")

    assert re.search(
        r'Source:\s*<a href="https://www.levels.fyi/"\s+rel="noopener">levels.fyi</a>', read(page)
    )


def test_first_answer_is_open(page: LandingPage) -> None:
    add_items(page, 2)

    assert re.findall(r'<details name="faq"( open)?>', read(page)) == [" open", "", ""]


def test_headings_skip_no_level(page: LandingPage) -> None:
    Section.objects.update(introduction="# One\n\n## Two")

    levels = [int(level) for level in re.findall(r"<h(\d)", read(page))]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_hidden_section_is_not_shown(page: LandingPage) -> None:
    Section.objects.filter(kind="offers").update(is_shown=False, menu_label="Offers")

    assert "at-offers" not in read(page)


def test_plain_text_page_asks_for_nothing_in_its_hero(page: LandingPage) -> None:
    Section.objects.exclude(kind="prose").delete()

    assert "cta=hero" not in read(page)


def test_head_names_the_page_for_search_and_sharing(page: LandingPage) -> None:
    LandingPage.objects.update(seo_title="Search title", seo_description="Search description")

    text = read(page)

    assert "<title>Search title · Your name</title>" in text
    assert '<meta name="description" content="Search description">' in text


def test_published_legal_pages_stand_in_the_footer(page: LandingPage) -> None:
    published(a_page("privacy", title="Privacy: all of it"))
    a_page("terms", title="Terms")

    footer = read(page).partition("<footer")[2]

    assert re.findall(r'<a href="(/[^"]*)">([^<]*)</a>', footer) == [("/privacy/", "Privacy")]


def test_page_that_is_not_found_still_shows_whose_site_it_is() -> None:
    Brand(name="Zen").save()

    assert "Zen" in Client().get("/nothing-here/").content.decode().partition("<main")[0]


def test_every_visitor_gets_the_same_bytes_and_no_cookie(page: LandingPage, as_owner: Client) -> None:
    published(page)

    visitor = Client().get("/architect/?utm_source=x", headers={"user-agent": "one"})
    staff = as_owner.get("/architect/", headers={"user-agent": "two", "accept-language": "nl"})

    assert visitor.content == staff.content
    assert (visitor.cookies, staff.cookies) == ({}, {})
    assert not visitor.has_header("Vary")
    assert not staff.has_header("Vary")


def test_page_is_only_read(page: LandingPage) -> None:
    assert Client().post("/architect/").status_code == 405


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 50])
def test_drawings_take_any_number_of_steps(page: LandingPage, count: int) -> None:
    StairStep.objects.all().delete()
    for number in range(count):
        StairStep.objects.create(page=page, label=f"Step {number}", position=number)

    text = read(page)

    assert [f"Step {n}" in text for n in range(count)] == [True] * count


def without_times(page: str) -> str:
    """Without the next open times, which are the calendar's to say."""
    return re.sub(r'<div class="times">.*?</div>', "", page, flags=re.DOTALL)


def visible_text(page: str) -> str:
    reader = _Reader()
    reader.feed(page)
    return " ".join(reader.texts)


class _Reader(HTMLParser):
    """Gathers what stands between the elements, but for what only machines read."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_data(self, data: str) -> None:
        if self.lasttag != "script":
            self.texts.append(data)
