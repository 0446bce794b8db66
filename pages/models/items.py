from __future__ import annotations

from django.db import models

from pages.models.ordering import Item, Ordered
from pages.models.page import LandingPage


class PainPoint(Ordered):
    """A doubt that the reader brings."""

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE)
    text = models.TextField(max_length=300)

    def __str__(self) -> str:
        return self.text


class ScopePoint(Ordered):
    """One numbered point of the comparison, with its drawing."""

    class Drawing(models.TextChoices):
        COMPONENT = "component", "one component among many"
        SYSTEM = "system", "components joined to a system"
        PATH = "path", "a path in three stages"

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE)
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=400)
    drawing = models.CharField(max_length=12, choices=Drawing, default=Drawing.COMPONENT)

    def __str__(self) -> str:
        return self.title


class Offer(Item):
    """One part of what a client gets."""

    title = models.CharField(max_length=100)
    text = models.TextField(max_length=500)
    anchor = models.SlugField(max_length=40, blank=True, help_text="Its name in links, like #community.")

    def __str__(self) -> str:
        return self.title


class Question(Item):
    """A question that readers ask, and the answer."""

    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=4000, help_text="Markdown.")
    anchor = models.SlugField(max_length=60, unique=True, help_text="Its name in links and in the reports.")

    def __str__(self) -> str:
        return self.question
