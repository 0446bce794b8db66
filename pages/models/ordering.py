"""Rows in an order that staff choose, and rows that one page or all pages show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from pages.models.page import LandingPage


class Ordered(models.Model):
    position = models.PositiveSmallIntegerField(default=0, help_text="Low numbers come first.")

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class ItemQuerySet(models.QuerySet[Any]):
    def shown_on(self, page: LandingPage) -> Self:
        """The page's own items and those of every page, in their order."""
        return self.filter(Q(page=page) | Q(page=None)).order_by("position", "pk")


class Item(Ordered):
    """Content of one page, or of every page when its page is empty."""

    page = models.ForeignKey(
        "pages.LandingPage",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Leave empty to show it on every page.",
    )

    objects = ItemQuerySet.as_manager()

    class Meta(Ordered.Meta):
        abstract = True
