"""A page's content as plain data: what the templates show, and what a publication can freeze.

Everything here is made of dictionaries, lists and texts, so that it can be stored as JSON. The number
of queries depends on the kinds of section, never on the number of items.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Model, QuerySet

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
    Statistic,
    Testimonial,
)

Content = dict[str, Any]

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
SECTION_FIELDS = [
    "id",
    "kind",
    "anchor",
    "kicker",
    "heading",
    "introduction",
    "action_label",
    "note",
    "menu_label",
]


def content_of(page: LandingPage) -> Content:
    """All that a reader of the page sees, from the newest rows."""
    return {
        "page": {"url": page.get_absolute_url(), **_values(page, PAGE_FIELDS)},
        "brand": _values(Brand.current(), BRAND_FIELDS),
        "steps": _rows(page.steps.all(), "label", "duration", "drawing", "stands_here"),
        "sections": [
            {**section, "items": _items(section["kind"], page)}
            for section in _rows(page.sections.filter(is_shown=True), *SECTION_FIELDS)
        ],
    }


def _values(row: Model, fields: list[str]) -> Content:
    return {name: getattr(row, name) for name in fields}


def _items(kind: str, page: LandingPage) -> list[Content]:
    match Section.Kind(kind):
        case Section.Kind.PAIN_POINTS:
            return _rows(PainPoint.objects.filter(page=page), "text")
        case Section.Kind.SCOPE:
            return _rows(ScopePoint.objects.filter(page=page), "title", "text", "drawing")
        case Section.Kind.MENTOR:
            return _mentors(page)
        case Section.Kind.TESTIMONIALS:
            return _rows(
                Testimonial.objects.shown_on(page), "name", "role", "outcome_figure", "outcome", "summary"
            )
        case Section.Kind.OFFERS:
            return _rows(Offer.objects.shown_on(page), "title", "text", "anchor")
        case Section.Kind.STATISTICS:
            return _rows(
                Statistic.objects.shown_on(page),
                "figure",
                "label",
                "source_name",
                "source_url",
                "explanation_label",
                explanation_anchor=F("explained_by__anchor"),
            )
        case Section.Kind.QUESTIONS:
            return _rows(Question.objects.shown_on(page), "question", "answer", "anchor")
        case Section.Kind.CLOSING | Section.Kind.PROSE:
            return []


def _mentors(page: LandingPage) -> list[Content]:
    mentors = _rows(
        Mentor.objects.shown_on(page), "id", "name", "story", "caption", "drawing_description", "top_level"
    )
    steps = _rows(
        MentorStep.objects.filter(mentor__in=[mentor["id"] for mentor in mentors]), "mentor", "label", "note"
    )
    for mentor in mentors:
        mentor["steps"] = [step for step in steps if step["mentor"] == mentor["id"]]
    return mentors


def _rows(rows: QuerySet[Any], *fields: str, **expressions: F) -> list[Content]:
    return list(rows.values(*fields, **expressions))
