"""A page's content as plain data: what the templates show, and what a publication freezes.

Everything here is made of dictionaries, lists and texts, so that it can be stored as JSON. The number
of queries depends on the kinds of section, never on the number of items or pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Model, Q, QuerySet

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
    Testimonial,
)
from pages.models.ordering import Item
from pages.pictures.shown import as_content

Content = dict[str, Any]
Rows = list[Content]

PAGE_FIELDS = [
    "slug",
    "is_home",
    "title",
    "message",
    "upper_level",
    "upper_level_note",
    "lower_level",
    "lower_level_note",
    "seo_title",
    "seo_description",
]
BRAND_FIELDS = [
    "name",
    "role",
    "programme",
    "contact_email",
    "call_label",
    "short_call_label",
    "community_label",
    "community_url",
]
STEP_FIELDS = ["label", "duration", "drawing", "stands_here"]
SECTION_FIELDS = [
    "kind",
    "anchor",
    "kicker",
    "heading",
    "introduction",
    "action_label",
    "note",
    "menu_label",
]


@dataclass(frozen=True)
class Items:
    """What a section of one kind lists: the rows of a model, and what readers are shown of each."""

    model: type[Model]
    fields: list[str]
    expressions: dict[str, Any] = field(default_factory=dict)


ITEMS = {
    Section.Kind.PAIN_POINTS: Items(PainPoint, ["text"]),
    Section.Kind.SCOPE: Items(ScopePoint, ["title", "text", "drawing"]),
    Section.Kind.MENTOR: Items(
        Mentor,
        ["name", "story", "caption", "drawing_description", "top_level"],
        {"picture": as_content("portrait")},
    ),
    Section.Kind.TESTIMONIALS: Items(
        Testimonial,
        ["name", "role", "outcome_figure", "outcome", "summary", "permission", "permission_on"],
        {"picture": as_content("portrait")},
    ),
    Section.Kind.OFFERS: Items(Offer, ["title", "text", "anchor"]),
    Section.Kind.STATISTICS: Items(
        Statistic,
        ["figure", "label", "source_name", "source_url", "explanation_label", "checked_on"],
        {"explanation_anchor": F("explained_by__anchor")},
    ),
    Section.Kind.QUESTIONS: Items(Question, ["question", "answer", "anchor"]),
}


@dataclass(frozen=True)
class Shared:
    """What several pages show: the brand, and the items of every page by their kind of section."""

    brand: Content
    items: dict[str, Rows]


def content_of(page: LandingPage) -> Content:
    """All that a reader of the page sees, from the newest rows."""
    return contents_of([page])[page.pk]


def contents_of(pages: Iterable[LandingPage]) -> dict[int, Content]:
    """The same for several pages, by their keys."""
    pages = list(pages)
    steps = _rows(StairStep.objects.filter(page__in=pages), STEP_FIELDS)
    sections = _rows(
        Section.objects.filter(page__in=pages, is_shown=True),
        SECTION_FIELDS,
        {"picture": as_content("illustration")},
    )
    items = {kind: _items(kind, Q(page__in=pages) | Q(page=None)) for kind in _kinds(sections)}
    brand = _values(Brand.current(), BRAND_FIELDS)
    sharing_pictures = _sharing_pictures(pages)
    return {
        page.pk: {
            "page": {
                "url": page.get_absolute_url(),
                **_values(page, PAGE_FIELDS),
                "sharing_picture": sharing_pictures.get(page.pk),
            },
            "brand": brand,
            "steps": _of_page(page.pk, steps),
            "sections": [
                {**section, "items": _of_page(page.pk, items.get(section["kind"], []))}
                for section in _of_page(page.pk, sections)
            ],
        }
        for page in pages
    }


def _sharing_pictures(pages: list[LandingPage]) -> dict[int, Content]:
    with_one = LandingPage.objects.filter(pk__in=[page.pk for page in pages], sharing_picture__isnull=False)
    return dict(with_one.values_list("pk", as_content("sharing_picture")))


def shared_content() -> Shared:
    """The newest rows of what several pages show."""
    kinds = [kind for kind, items in ITEMS.items() if issubclass(items.model, Item)]
    items: dict[str, Rows] = {kind: _of_page(None, _items(kind, Q(page=None))) for kind in kinds}
    return Shared(_values(Brand.current(), BRAND_FIELDS), items)


def with_shared(content: Content, shared: Shared) -> Content:
    """Frozen content with the shared part of it renewed; what belongs to the page alone stays as it is."""
    return {
        **content,
        "brand": shared.brand,
        "sections": [
            {**section, "items": _renewed(section["items"], shared.items.get(section["kind"], []))}
            for section in content["sections"]
        ],
    }


def _renewed(frozen: Rows, shared: Rows) -> Rows:
    own = [row for row in frozen if not row["is_shared"]]
    return sorted([*own, *shared], key=lambda row: (row["position"], row["id"]))


def _kinds(sections: Rows) -> list[str]:
    return [kind for kind in ITEMS if any(section["kind"] == kind for section in sections)]


def _items(kind: str, where: Q) -> Rows:
    items = ITEMS[Section.Kind(kind)]
    rows = _rows(items.model._default_manager.filter(where), items.fields, items.expressions)
    return _with_steps(rows) if items.model is Mentor else rows


def _with_steps(mentors: Rows) -> Rows:
    keys = [mentor["id"] for mentor in mentors]
    steps = MentorStep.objects.filter(mentor__in=keys).values("id", "mentor", "label", "note")
    for mentor in mentors:
        own = (step for step in steps if step["mentor"] == mentor["id"])
        mentor["steps"] = [{name: step[name] for name in ("id", "label", "note")} for step in own]
    return mentors


def _rows(rows: QuerySet[Any], fields: list[str], expressions: dict[str, Any] | None = None) -> Rows:
    """In the order of the site, each with its key and its place."""
    found = rows.order_by("position", "pk").values("id", "page", "position", *fields, **(expressions or {}))
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _of_page(page: int | None, rows: Rows) -> Rows:
    """Those of one page, and those of every page, which are marked. With None, the latter alone."""
    return [
        {"is_shared": row["page"] is None, **{name: row[name] for name in row if name != "page"}}
        for row in rows
        if row["page"] in {page, None}
    ]


def _values(row: Model, fields: list[str]) -> Content:
    return {name: _plain(getattr(row, name)) for name in fields}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
