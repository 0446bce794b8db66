"""Content as staff edit it."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from model_bakery import baker

from pages.models import (
    Brand,
    LandingPage,
    MentorStep,
    Offer,
    PainPoint,
    Publication,
    Question,
    ScopePoint,
    Section,
    StairStep,
    Statistic,
)
from tests.counting import queries_of
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

PAGES = "/admin/pages/landingpage/"
QUESTIONS = "/admin/pages/question/"
ITEM_LISTS = ["mentor", "offer", "question", "statistic", "testimonial"]


def rows(prefix: str, *forms: dict[str, Any]) -> dict[str, Any]:
    """The fields of an inline: new rows, and rows with an id."""
    known = sum("id" in form for form in forms)
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(forms), f"{prefix}-INITIAL_FORMS": known}
    for number, form in enumerate(forms):
        data |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return data


def page_form(page: LandingPage | None = None, **inlines: list[dict[str, Any]]) -> dict[str, Any]:
    data = {
        "title": page.title if page else "A guide",
        "message": "Read.",
        "slug": page.slug if page else "guide",
    }
    for prefix in ["steps", "sections", "painpoint_set", "scopepoint_set"]:
        data |= rows(prefix, *inlines.get(prefix, []))
    return data


def step(label: str, position: int, *, stands_here: bool = False, **more: Any) -> dict[str, Any]:
    marks = {"stands_here": "on"} if stands_here else {}
    return {"label": label, "position": position, "drawing": "solid", **marks, **more}


def test_page_is_made_with_all_that_belongs_to_it(as_editor: Client) -> None:
    form = page_form(
        steps=[step("Junior", 1), step("Senior", 2, stands_here=True)],
        sections=[{"position": 1, "kind": "offers", "anchor": "offers", "heading": "What you get"}],
        painpoint_set=[{"position": 1, "text": "Where next?"}],
        scopepoint_set=[{"position": 1, "title": "Engineer", "text": "Builds.", "drawing": "component"}],
    )

    as_editor.post(f"{PAGES}add/", form)

    page = LandingPage.objects.get()
    assert (page.slug, page.publications.count()) == ("guide", 0)
    assert list(page.steps.values_list("label", "stands_here")) == [("Junior", False), ("Senior", True)]
    assert [str(row) for model in (Section, PainPoint, ScopePoint) for row in model.objects.all()] == [
        "What you get",
        "Where next?",
        "Engineer",
    ]


def test_figure_moves_to_an_earlier_step_in_one_save(as_editor: Client) -> None:
    page = a_page()
    first = StairStep.objects.create(page=page, label="Mid", position=1)
    second = StairStep.objects.create(page=page, label="Senior", position=2, stands_here=True)
    moved = [step("Mid", 1, stands_here=True, id=first.pk), step("Senior", 2, id=second.pk)]

    as_editor.post(f"{PAGES}{page.pk}/change/", page_form(page, steps=moved))

    assert list(page.steps.values_list("label", "stands_here")) == [("Mid", True), ("Senior", False)]


def test_figure_stands_on_one_step_only(as_editor: Client) -> None:
    both = [step("Mid", 1, stands_here=True), step("Senior", 2, stands_here=True)]

    response = as_editor.post(f"{PAGES}add/", page_form(steps=both))

    assert "The figure can stand on one step only." in response.content.decode()
    assert not LandingPage.objects.exists()


def test_second_home_page_is_refused_in_words(as_editor: Client) -> None:
    a_page("first", is_home=True)

    response = as_editor.post(f"{PAGES}add/", page_form() | {"is_home": "on"})

    assert "Another page is the home page." in response.content.decode()


def test_address_of_another_part_of_the_site_is_refused(as_editor: Client) -> None:
    response = as_editor.post(f"{PAGES}add/", page_form() | {"slug": "book"})

    assert "/book/ is used by another part of the site." in response.content.decode()


def act(client: Client, action: str, *pages: LandingPage) -> list[str]:
    data = {"action": action, "_selected_action": [page.pk for page in pages], "index": "0"}
    return [str(message) for message in client.post(PAGES, data, follow=True).context["messages"]]


def test_pages_are_published_and_taken_off_from_the_list(as_editor: Client) -> None:
    first, second = a_page("first"), a_page("second")

    told = [
        act(as_editor, "publish_selected", first, second),
        act(as_editor, "take_off_selected", first, a_page("draft")),
    ]

    assert told == [["Published: “The first”, “The second”."], ["No longer on the site: “The first”."]]
    assert [row.page for row in Publication.objects.live(timezone.now())] == [second]


def test_only_a_published_page_is_linked_on_the_site(as_editor: Client) -> None:
    draft, live = a_page("draft"), a_page("live")
    published(live)

    page_list = as_editor.get(PAGES).content.decode()
    forms = [as_editor.get(f"{PAGES}{page.pk}/change/").content.decode() for page in (draft, live)]

    assert ['href="/draft/"' in page_list, 'href="/live/"' in page_list] == [False, True]
    assert ["View on site" in form for form in forms] == [False, True]


def test_page_leads_to_the_lists_that_it_shows(as_editor: Client) -> None:
    page = a_page()

    form = as_editor.get(f"{PAGES}{page.pk}/change/").content.decode()

    assert [f"/admin/pages/{kind}/?shown_on={page.pk}" in form for kind in ITEM_LISTS] == [True] * 5


def test_list_of_a_page_shows_its_own_items_and_those_of_every_page(as_editor: Client) -> None:
    page, other = a_page("guide"), a_page("other")
    for place in (page, other, None):
        baker.make(Offer, title=f"Offer of {place}", page=place)
    shown = {
        query: [str(offer) for offer in as_editor.get(f"/admin/pages/offer/{query}").context["cl"].queryset]
        for query in (f"?shown_on={page.pk}", "?shown_on=every", "?shown_on=nonsense")
    }

    assert shown == {
        f"?shown_on={page.pk}": ["Offer of The guide", "Offer of None"],
        "?shown_on=every": ["Offer of None"],
        "?shown_on=nonsense": ["Offer of None"],
    }


def test_item_of_every_page_says_so(as_editor: Client) -> None:
    question = baker.make(Question, anchor="why", page=None)

    assert '<td class="field-where">every page</td>' in as_editor.get(QUESTIONS).content.decode()
    form = as_editor.get(f"{QUESTIONS}{question.pk}/change/").content.decode()
    assert '<option value="" selected>Every page</option>' in form


def test_items_are_reordered_in_their_list(as_editor: Client) -> None:
    first, second = (baker.make(Question, anchor=name, position=place) for place, name in enumerate("ab"))
    moved = rows("form", {"id": first.pk, "position": 9}, {"id": second.pk, "position": 3})

    as_editor.post(QUESTIONS, moved | {"_save": "Save"})

    assert list(Question.objects.values_list("anchor", "position")) == [("b", 3), ("a", 9)]


def test_figure_says_what_it_rests_on(as_editor: Client) -> None:
    question = baker.make(Question, question="How so?", anchor="how")
    baker.make(Statistic, figure="1", source_name="A survey")
    baker.make(Statistic, figure="2", explained_by=question)
    baker.make(Statistic, figure="3")

    page = as_editor.get("/admin/pages/statistic/").content.decode()

    shown = [f'<td class="field-rests_on">{words}</td>' for words in ("A survey", "How so?", "nothing yet")]
    assert [cell in page for cell in shown] == [True, True, True]


def test_mentor_is_kept_with_the_steps_of_the_drawing(as_editor: Client) -> None:
    form = {
        "name": "Zen",
        "story": "Once.",
        "caption": "The way",
        "drawing_description": "Up.",
        "position": 0,
    }

    as_editor.post("/admin/pages/mentor/add/", form | rows("steps", {"position": 1, "label": "Start"}))

    assert [(step.mentor.name, step.label) for step in MentorStep.objects.all()] == [("Zen", "Start")]


def test_brand_is_one_row(as_editor: Client) -> None:
    words = {
        "name": "Zen",
        "contact_email": "zen@example.com",
        "call_label": "Book a call",
        "short_call_label": "Book",
    }

    first = as_editor.get("/admin/pages/brand/")
    as_editor.post("/admin/pages/brand/add/", words)
    second = as_editor.get("/admin/pages/brand/")

    assert [first.headers["Location"], second.headers["Location"]] == [
        "/admin/pages/brand/add/",
        "/admin/pages/brand/1/change/",
    ]
    assert [brand.name for brand in Brand.objects.all()] == ["Zen"]


@pytest.mark.parametrize("kind", [*ITEM_LISTS, "landingpage"])
def test_a_longer_list_takes_no_more_queries(as_editor: Client, kind: str) -> None:
    def add(number: int) -> None:
        page = a_page(f"page-{number}")
        more: dict[str, Any] = {"anchor": f"item-{number}"} if kind == "question" else {}
        if kind != "landingpage":
            baker.make(apps.get_model("pages", kind), page=page, **more)

    url = f"/admin/pages/{kind}/"
    add(0)
    short = queries_of(as_editor, url)
    for number in range(1, 50):
        add(number)

    assert queries_of(as_editor, url) == short


def test_a_longer_page_takes_no_more_queries(as_editor: Client) -> None:
    page = a_page()
    url = f"{PAGES}{page.pk}/change/"
    models = [StairStep, Section, PainPoint, ScopePoint]

    def add(number: int) -> None:
        for model in models:
            more: dict[str, Any] = {"anchor": f"place-{number}", "kind": "prose"} if model is Section else {}
            baker.make(model, page=page, **more)

    add(0)
    short = queries_of(as_editor, url)
    for number in range(1, 12):
        add(number)

    assert queries_of(as_editor, url) == short
