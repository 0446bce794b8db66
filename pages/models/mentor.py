from __future__ import annotations

from django.db import models

from pages.models.ordering import Item, Ordered


class Mentor(Item):
    """Who coaches: the story, and the drawing of the way there."""

    name = models.CharField(max_length=80)
    story = models.TextField(
        max_length=6000, help_text="Markdown. The first paragraph is set larger; ==text== is marked."
    )
    portrait = models.ForeignKey(
        "pages.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Shown in place of the drawing.",
    )
    caption = models.CharField(max_length=160, help_text="Under the drawing.")
    drawing_description = models.CharField(
        max_length=400, help_text="The drawing in words, for those who do not see it."
    )
    top_level = models.CharField(max_length=40, blank=True, help_text="Label of the drawing's dashed line.")

    def __str__(self) -> str:
        return self.name


class MentorStep(Ordered):
    """One step in the drawing of the mentor's way; a step may stay without words."""

    mentor = models.ForeignKey(Mentor, on_delete=models.CASCADE, related_name="steps")
    label = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=40, blank=True)

    class Meta(Ordered.Meta):
        verbose_name = "step of the drawing"
        verbose_name_plural = "steps of the drawing"

    def __str__(self) -> str:
        return self.label or "step without words"
