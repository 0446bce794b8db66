from __future__ import annotations

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from leads import placeholders
from pages.models.ordering import Ordered

NOT_NOW_SUBJECT = "Your request for a strategy call"
NOT_NOW_BODY = """Hello {first_name},

Thank you for writing so openly about where you stand. I have read all of it.

I do not think that a call is the right next step for you just now, and I would rather say so than \
take half an hour of your day. That is about the moment, not about you or your plans.

{resource}

When things have moved on, ask again: {booking_page}

All the best,
{coach}"""


class ReplyTemplateQuerySet(models.QuerySet["ReplyTemplate"]):
    def to_write(self) -> Self:
        return self.filter(purpose=ReplyTemplate.Purpose.LETTER, is_archived=False)

    def to_say_not_now(self) -> Self:
        return self.filter(purpose=ReplyTemplate.Purpose.NOT_NOW, is_archived=False)


class ReplyTemplate(Ordered):
    """A beginning for a letter to a prospect, whose placeholders are filled when it is chosen."""

    class Purpose(models.TextChoices):
        LETTER = "letter", "A letter"
        NOT_NOW = "not_now", "A “not now” answer"

    name = models.CharField(max_length=80, unique=True, help_text="For staff. No prospect sees it.")
    purpose = models.CharField(
        max_length=10,
        choices=Purpose,
        default=Purpose.LETTER,
        help_text="The first “not now” answer is also the one that is sent to several requests at once.",
    )
    subject = models.CharField(max_length=150)
    body = models.TextField(
        max_length=3500,
        help_text="Plain text: an empty line begins a paragraph, and a web address becomes a link.",
    )
    is_archived = models.BooleanField("archived", default=False, help_text="No longer offered.")

    objects = ReplyTemplateQuerySet.as_manager()

    class Meta(Ordered.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["letter", "not_now"]), name="a_template_has_a_known_purpose"
            ),
            models.CheckConstraint(
                condition=~Q(subject__contains="\n") & ~Q(subject__contains="\r"),
                name="the_subject_of_a_template_is_one_line",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def standard_not_now(cls) -> ReplyTemplate:
        """The first “not now” answer of the list; without one, words that always fit."""
        return cls.objects.to_say_not_now().first() or cls(
            name="Not now", purpose=cls.Purpose.NOT_NOW, subject=NOT_NOW_SUBJECT, body=NOT_NOW_BODY
        )

    def clean(self) -> None:
        problems: dict[str, list[str]] = {
            "subject": _unfit(self.subject, placeholders.IN_SUBJECT, "A subject"),
            "body": _unfit(self.body, self._may_hold, "This text"),
        }
        if self.purpose == self.Purpose.NOT_NOW and "resource" not in placeholders.used_in(self.body):
            problems["body"].append(
                "A “not now” answer recommends something: write {resource} where it is to stand."
            )
        if any(problems.values()):
            raise ValidationError({name: found for name, found in problems.items() if found})

    @property
    def _may_hold(self) -> set[str]:
        without = set() if self.purpose == self.Purpose.NOT_NOW else {"resource"}
        return set(placeholders.PLACEHOLDERS) - without


def _unfit(text: str, fitting: set[str], what: str) -> list[str]:
    """A sentence for each word in braces that would not be filled."""
    return [
        f"{what} cannot hold {placeholders.in_braces(name)}. It can hold {placeholders.listed(fitting)}."
        for name in placeholders.used_in(text)
        if name not in fitting
    ]
