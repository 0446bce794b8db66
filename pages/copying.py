"""A page made from another one: everything that is its own, copied; what all pages share stays shared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model

from pages.models import (
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
from pages.models.page import is_taken_by_another_part

PARTS: list[type[Any]] = [StairStep, Section, PainPoint, ScopePoint, Offer, Testimonial]
"""The rows of a page that can be copied as they are. The others below refer to each other."""

MARK = " (copy)"

Row = TypeVar("Row", bound=Model)


@transaction.atomic
def copy_of(page: LandingPage) -> LandingPage:
    """A draft. Nothing of it is published, and it is not the home page."""
    copy = _copied(page, slug=_free_slug(page.slug), title=_shortened(page.title, MARK), is_home=False)
    for kind in PARTS:
        for row in kind.objects.filter(page=page):
            _copied(row, page=copy)
    _copy_mentors(page, copy)
    _copy_claims(page, copy, _copy_questions(page, copy))
    return copy


def _copy_mentors(page: LandingPage, copy: LandingPage) -> None:
    for mentor in Mentor.objects.filter(page=page):
        new = _copied(mentor, page=copy)
        for step in MentorStep.objects.filter(mentor=mentor):
            _copied(step, mentor=new)


def _copy_questions(page: LandingPage, copy: LandingPage) -> dict[int, Question]:
    """By the key of the question that each is a copy of."""
    return {
        question.pk: _copied(question, page=copy, anchor=_free_anchor(question.anchor))
        for question in Question.objects.filter(page=page)
    }


def _copy_claims(page: LandingPage, copy: LandingPage, questions: dict[int, Question]) -> None:
    """A figure that a question of the page explains is explained by the copy of that question."""
    for statistic in Statistic.objects.filter(page=page).select_related("explained_by"):
        explained_by = statistic.explained_by
        if explained_by and explained_by.pk in questions:
            explained_by = questions[explained_by.pk]
        _copied(statistic, page=copy, explained_by=explained_by)


def _copied(row: Row, **changes: Any) -> Row:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    new = type(row)(**{name: getattr(row, name) for name in names})
    for name, value in changes.items():
        setattr(new, name, value)
    new.save()
    return new


def _free_slug(slug: str) -> str:
    longest = LandingPage._meta.get_field("slug").max_length
    taken = set(LandingPage.objects.values_list("slug", flat=True))
    return next(
        name
        for name in _names_after(slug, longest)
        if name not in taken and not is_taken_by_another_part(name)
    )


def _free_anchor(anchor: str) -> str:
    longest = Question._meta.get_field("anchor").max_length
    taken = set(Question.objects.values_list("anchor", flat=True))
    return next(name for name in _names_after(anchor, longest) if name not in taken)


def _names_after(name: str, longest: int | None) -> Iterator[str]:
    """`guide-copy`, `guide-copy-2` and so on, none longer than its field."""
    yield _shortened(name, "-copy", longest)
    yield from (_shortened(name, f"-copy-{number}", longest) for number in count(2))


def _shortened(text: str, ending: str, longest: int | None = None) -> str:
    longest = longest or LandingPage._meta.get_field("title").max_length or 0
    return text[: longest - len(ending)].rstrip("-") + ending
