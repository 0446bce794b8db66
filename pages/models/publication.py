from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, NoReturn, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse

from pages.basis import unfounded_claims
from pages.models.page import LandingPage
from pages.models.site_version import SiteVersion

FOOTER_SLUGS = ["privacy", "terms"]
"""Every page links to the pages at these addresses, while they are on the site."""

FOOTER_PLACES = [Q(slug=slug) for slug in FOOTER_SLUGS]


class NotPublishable(Exception):
    """Readers must not see this. Each sentence says why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class Unchangeable(Exception):
    """A publication is written once."""


class Link(NamedTuple):
    url: str
    title: str


class PublicationQuerySet(models.QuerySet["Publication"]):
    def due(self, at: datetime) -> Self:
        return self.filter(counts_from__lte=at)

    def coming(self, at: datetime) -> Self:
        return self.filter(counts_from__gt=at).order_by("counts_from", "pk")

    def newest_first(self) -> Self:
        return self.order_by("-counts_from", "-pk")

    def current(self, at: datetime) -> Self:
        """The newest due one of each page, whether it shows the page or takes it off."""
        newest = Publication.objects.due(at).filter(page=OuterRef("pk")).newest_first().values("pk")[:1]
        return self.filter(pk__in=LandingPage.objects.annotate(newest=Subquery(newest)).values("newest"))

    def live(self, at: datetime) -> Self:
        """What readers see now, one a page."""
        return self.current(at).filter(kind=Publication.Kind.PAGE)

    def reachable(self, at: datetime) -> Self:
        """Every page that readers see now or will see: the addresses that are taken."""
        seen = Q(pk__in=Publication.objects.live(at).values("pk")) | Q(counts_from__gt=at)
        return self.filter(seen, kind=Publication.Kind.PAGE)

    def answering(self, *places: Q, at: datetime) -> Self:
        """What answers now at each of some addresses.

        An address belongs to the page that was last published there, and that page's newest publication
        answers. So the old address of a page that moved leads on, until another page takes it.
        """
        return self.filter(reduce(or_, (_is_newest_of_holder(place, at) for place in places)))

    def next_change_at(self, at: datetime) -> datetime | None:
        """When the next publication of any page begins to count."""
        return self.coming(at).values_list("counts_from", flat=True).first()

    # Publications are written one by one, through `save`, and never changed.

    def update(self, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable


class Publication(models.Model):
    """A page as readers see it from a moment on: its content, or the word that it is gone or elsewhere.

    The newest one that is due counts. So to publish, to schedule, to take a page off and to go back to an
    older state are all the same act: to add a row. Rows are never changed, and only one that is not due yet
    can be withdrawn.
    """

    class Kind(models.TextChoices):
        PAGE = "page", "shows the page"
        GONE = "gone", "says that the page is gone"
        REDIRECT = "redirect", "leads elsewhere"

    page = models.ForeignKey(LandingPage, on_delete=models.CASCADE, related_name="publications")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PAGE)
    counts_from = models.DateTimeField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    slug = models.SlugField(max_length=80, blank=True)
    is_home = models.BooleanField("home page", default=False)
    redirect_to = models.CharField(max_length=200, blank=True)
    content = models.JSONField(null=True, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-counts_from", "-pk"]
        indexes = [
            models.Index(fields=["page", "-counts_from", "-id"], name="newest_of_a_page"),
            models.Index(fields=["slug", "-counts_from", "-id"], name="newest_at_an_address"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="page", content__isnull=False) & ~Q(slug=""))
                | (~Q(kind="page") & Q(content__isnull=True, slug="", is_home=False)),
                name="a_page_and_nothing_else_has_content_and_address",
            ),
            models.CheckConstraint(
                condition=(Q(kind="redirect") & ~Q(redirect_to=""))
                | (~Q(kind="redirect") & Q(redirect_to="")),
                name="a_redirect_and_nothing_else_leads_elsewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page}, from {self.counts_from:%Y-%m-%d %H:%M:%S}"

    def save(self, **kwargs: Any) -> None:
        """The only way in, and so the place where claims without a basis are turned away."""
        if not self._state.adding:
            raise Unchangeable
        if self.content is not None and (sentences := unfounded_claims(self.content)):
            raise NotPublishable(*sentences)
        with transaction.atomic():
            super().save(force_insert=True)
            SiteVersion.raise_("content")

    def get_absolute_url(self) -> str:
        return reverse("home") if self.is_home else reverse("landing_page", args=[self.slug])

    @property
    def title(self) -> str:
        return str(self.content["page"]["title"]) if self.content else str(self.page)

    @property
    def addresses(self) -> list[str]:
        """Where it shows itself. A home page answers at its own address too."""
        return [self.get_absolute_url(), reverse("landing_page", args=[self.slug])]

    def withdraw(self, *, at: datetime) -> None:
        """Takes back what is planned. What readers have seen stays on record."""
        if self.counts_from <= at:
            raise Unchangeable
        with transaction.atomic():
            self.delete()
            SiteVersion.raise_("content")


def footer_links(at: datetime) -> list[Link]:
    """To those pages at the footer's addresses that are on the site, in its order."""
    found = {row.slug: row for row in Publication.objects.answering(*FOOTER_PLACES, at=at)}
    return [Link(found[slug].get_absolute_url(), found[slug].title) for slug in FOOTER_SLUGS if slug in found]


def _is_newest_of_holder(place: Q, at: datetime) -> Q:
    due = Publication.objects.due(at).newest_first()
    holder = due.filter(place).values("page")[:1]
    return Q(pk=Subquery(due.filter(page=Subquery(holder)).values("pk")[:1]))
