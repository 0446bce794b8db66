"""What the site claims, each with what the claim rests on."""

from __future__ import annotations

from django.db import models

from pages.models.items import Question
from pages.models.ordering import Item


class Testimonial(Item):
    """What a client reports, told with the client's permission."""

    name = models.CharField(max_length=80)
    role = models.CharField(max_length=80)
    portrait = models.ForeignKey(
        "pages.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Shown in place of the first letter of the name.",
    )
    outcome_figure = models.CharField(
        max_length=40, blank=True, help_text="The measured part, like 3 months."
    )
    outcome = models.CharField(max_length=120, help_text="What was reached.")
    summary = models.TextField(
        max_length=3000, help_text="Markdown. A summary; quote only words that were said."
    )
    permission = models.CharField(max_length=200, blank=True, help_text="How the client agreed. Not shown.")
    permission_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome_figure} {self.outcome}"


class Statistic(Item):
    """A figure, what it counts, and what it rests on."""

    figure = models.CharField(max_length=20)
    label = models.CharField(max_length=100)
    source_name = models.CharField(max_length=80, blank=True)
    source_url = models.URLField(blank=True)
    explained_by = models.ForeignKey(
        Question, on_delete=models.PROTECT, null=True, blank=True, help_text="The question that explains it."
    )
    explanation_label = models.CharField("link to the explanation", max_length=80, blank=True)
    checked_on = models.DateField(null=True, blank=True, help_text="When somebody last looked it up.")

    def __str__(self) -> str:
        return f"{self.figure} {self.label}"
