"""What can be counted: the pages that readers see, the buttons and questions on them, and today's date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from leads.models import CallRules, Hit
from pages.content import Content
from pages.models import Publication, Section

ON_EVERY_PAGE = {"header", "hero"}
"""Buttons that stand outside the sections."""


@dataclass(frozen=True)
class Countable:
    zone: ZoneInfo
    buttons: dict[str, frozenset[str]]
    """By the page's slug. A question has a link of its own, so its anchor is one of them."""
    questions: dict[str, frozenset[str]]

    @classmethod
    def at(cls, at: datetime) -> Self:
        contents = [publication.content or {} for publication in Publication.objects.live(at)]
        questions = {_slug(content): _questions(content) for content in contents}
        buttons = {_slug(content): _buttons(content) | questions[_slug(content)] for content in contents}
        return cls(CallRules.current().zone, buttons, questions)

    def day(self, at: datetime) -> date:
        """By the coach's calendar, as everything on the desk."""
        return at.astimezone(self.zone).date()

    def has(self, kind: Hit, page: str, cta: str) -> bool:
        match kind:
            case Hit.VISIT:
                return page in self.buttons and not cta
            case Hit.QUESTION_OPENED:
                return cta in self.questions.get(page, ())
            case _:
                return cta in self.buttons.get(page, ())


def _slug(content: Content) -> str:
    return str(content["page"]["slug"])


def _buttons(content: Content) -> frozenset[str]:
    return frozenset({section["anchor"] for section in content["sections"]} | ON_EVERY_PAGE)


def _questions(content: Content) -> frozenset[str]:
    return frozenset(
        question["anchor"]
        for section in content["sections"]
        if section["kind"] == Section.Kind.QUESTIONS
        for question in section["items"]
    )
