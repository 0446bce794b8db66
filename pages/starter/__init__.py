"""What a new site opens with: data files, one a page, and one for what all pages share.

Loading is for an empty site. As soon as there is a brand or a page, the content belongs to staff, and
nothing of theirs is overwritten, nor does anything come back that they renamed or deleted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.utils import timezone

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
from pages.models.publication import NotPublishable
from pages.publishing import publish

FOLDER = Path(__file__).parent
SHARED_FILE = "shared.toml"

MODELS: dict[str, type[models.Model]] = {
    "steps": StairStep,
    "sections": Section,
    "pain_points": PainPoint,
    "scope_points": ScopePoint,
    "testimonials": Testimonial,
    "offers": Offer,
    "questions": Question,
    "statistics": Statistic,
}
"""The model of each table of a file."""

GAP = 10
"""Between positions, so that staff can put a row between two others."""

SHARED_FROM = 1000
"""What every page shows comes after what the page has of its own."""

Row = dict[str, Any]
AnyModel = TypeVar("AnyModel", bound=models.Model)


class BrokenFile(Exception):
    """A data file cannot be loaded. The text names it."""


@transaction.atomic
def load_pages(folder: Path = FOLDER) -> list[LandingPage]:
    """Loads and publishes everything or nothing. Returns the new pages: none, when the site has content."""
    if Brand.objects.exists() or LandingPage.objects.exists():
        return []
    with read(folder / SHARED_FILE) as shared:
        _load_shared(shared)
    pages = []
    for path in sorted(folder.glob("*.toml")):
        if path.name != SHARED_FILE:
            with read(path) as content:
                pages.append(_load_page(content))
    try:
        publish(*pages, by=None, at=timezone.now())
    except NotPublishable as refusal:
        raise BrokenFile(str(refusal)) from refusal
    return pages


@contextmanager
def read(path: Path) -> Iterator[Row]:
    """Gives the file's content. Whatever is wrong with it, then or in the block, names the file."""
    try:
        yield tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError, ValidationError, ObjectDoesNotExist) as error:
        raise BrokenFile(f"{path.name}: {error!r}") from error


def _load_shared(content: Row) -> None:
    save_checked(Brand(**content.pop("brand")))
    _load_mentor(content.pop("mentor"))
    _load_tables(content, page=None, first=SHARED_FROM)


def _load_mentor(mentor: Row) -> None:
    steps = mentor.pop("steps")
    saved = save_checked(Mentor(**mentor))
    for position, step in _numbered(steps):
        save_checked(MentorStep(mentor=saved, position=position, **step))


def _load_page(content: Row) -> LandingPage:
    page = save_checked(LandingPage(**content.pop("page")))
    _load_tables(content, page=page)
    return page


def _load_tables(content: Row, *, page: LandingPage | None, first: int = 0) -> None:
    for table, rows in content.items():
        for position, row in _numbered(rows, first):
            if "explained_by" in row:
                row["explained_by"] = Question.objects.get(anchor=row["explained_by"])
            save_checked(MODELS[table](page=page, position=position, **row))


def _numbered(rows: list[Row], first: int = 0) -> Iterator[tuple[int, Row]]:
    return ((first + GAP * number, row) for number, row in enumerate(rows, start=1))


def save_checked(row: AnyModel) -> AnyModel:
    """Refuses what the admin would refuse, so that staff never meet an error that is not theirs."""
    row.full_clean()
    row.save()
    return row
