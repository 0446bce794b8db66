from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import Resolver404, resolve, reverse

from pages.models.ordering import Ordered
from pages.models.site_version import SiteVersion


class LandingPageQuerySet(models.QuerySet["LandingPage"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            SiteVersion.raise_("content")
            return super().delete()


class LandingPage(models.Model):
    """One page of the site: its address, its hero, its sections in order, and how it is found.

    The row is the draft. Readers see a Publication of it.
    """

    slug = models.SlugField(max_length=80, unique=True, help_text="The address: /this-part/.")
    is_home = models.BooleanField(
        "home page", default=False, help_text="Also shown at the site's root address."
    )
    title = models.CharField(
        max_length=120, help_text="The large heading. What follows a colon is set lighter."
    )
    message = models.TextField(max_length=600, help_text="A sentence or two under the heading.")
    upper_level = models.CharField(
        max_length=80, blank=True, help_text="Label of the upper line of the drawing."
    )
    upper_level_note = models.CharField(max_length=80, blank=True)
    lower_level = models.CharField(
        max_length=80, blank=True, help_text="Label of the lower line of the drawing."
    )
    lower_level_note = models.CharField(max_length=80, blank=True)
    seo_title = models.CharField("search title", max_length=70, blank=True, help_text="Empty: the heading.")
    seo_description = models.CharField("search description", max_length=170, blank=True)
    sharing_picture = models.ForeignKey(
        "pages.Picture",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Shown where somebody shares the page. Empty: the site draws one.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = LandingPageQuerySet.as_manager()

    class Meta:
        ordering = ["-is_home", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_home"],
                condition=Q(is_home=True),
                name="only_one_page_is_home",
                violation_error_message="Another page is the home page. Take the mark off that one first.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("home") if self.is_home else reverse("landing_page", args=[self.slug])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            SiteVersion.raise_("content")
            return super().delete(*args, **kwargs)

    def clean(self) -> None:
        if is_taken_by_another_part(self.slug):
            raise ValidationError({"slug": f"/{self.slug}/ is used by another part of the site."})


def is_taken_by_another_part(slug: str) -> bool:
    """Whether files stand at the address, or something else answers there, with or without its last slash."""
    if f"/{slug}/" in {settings.STATIC_URL, settings.MEDIA_URL}:
        return True
    return any(_name_of_view(path) not in {None, "landing_page"} for path in (f"/{slug}/", f"/{slug}"))


def _name_of_view(path: str) -> str | None:
    try:
        return resolve(path).url_name or "unnamed"
    except Resolver404:
        return None


class StairStep(Ordered):
    """One step of the stair that is drawn in a page's hero."""

    class Drawing(models.TextChoices):
        SOLID = "solid", "solid: you build it"
        HATCH = "hatch", "hatched: both"
        NETWORK = "network", "network: you design it"

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE, related_name="steps")
    label = models.CharField(max_length=40)
    duration = models.CharField(max_length=40, blank=True, help_text="How long it takes, like 2–3 years.")
    drawing = models.CharField(max_length=8, choices=Drawing, default=Drawing.SOLID)
    stands_here = models.BooleanField("the figure stands here", default=False)

    class Meta(Ordered.Meta):
        verbose_name = "step of the stair"
        verbose_name_plural = "steps of the stair"
        constraints = [
            models.UniqueConstraint(
                fields=["page"], condition=Q(stands_here=True), name="figure_stands_on_one_step"
            )
        ]

    def __str__(self) -> str:
        return self.label
