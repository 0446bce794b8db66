from __future__ import annotations

from django.db import models

from pages.models.ordering import Ordered
from pages.models.page import LandingPage


class Section(Ordered):
    """A place on a page: what kind of content stands there, under which heading, and whether it shows."""

    class Kind(models.TextChoices):
        PAIN_POINTS = "pain_points", "Pain points"
        SCOPE = "scope", "Scope comparison"
        MENTOR = "mentor", "Mentor"
        TESTIMONIALS = "testimonials", "Testimonials"
        OFFERS = "offers", "Offers"
        STATISTICS = "statistics", "Figures"
        QUESTIONS = "questions", "Questions"
        CLOSING = "closing", "Closing call to action"
        PROSE = "prose", "Plain text"

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=16, choices=Kind)
    anchor = models.SlugField(max_length=40, help_text="Its name in links, like #offers, and in the reports.")
    kicker = models.CharField(max_length=80, blank=True, help_text="A short line above the heading.")
    heading = models.CharField(max_length=120)
    introduction = models.TextField(max_length=6000, blank=True, help_text="Markdown.")
    illustration = models.ForeignKey(
        "pages.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name="picture",
        help_text="Under the heading and its text.",
    )
    action_label = models.CharField("button or link", max_length=80, blank=True)
    note = models.CharField(max_length=200, blank=True, help_text="Small print of the section.")
    menu_label = models.CharField(
        max_length=30, blank=True, help_text="Its entry in the menu; empty for none."
    )
    is_shown = models.BooleanField("shown", default=True)

    class Meta(Ordered.Meta):
        constraints = [
            models.UniqueConstraint(fields=["page", "anchor"], name="anchor_is_unique_on_its_page")
        ]

    def __str__(self) -> str:
        return self.heading
