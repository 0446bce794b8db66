"""Recipes for pages, so that a test names only what it is about."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from pages.models import LandingPage, Publication
from pages.publishing import publish


def a_page(slug: str = "guide", **fields: Any) -> LandingPage:
    """A draft."""
    defaults = {"title": f"The {slug}", "message": "Read."}
    return LandingPage.objects.create(slug=slug, **(defaults | fields))


def published(
    page: LandingPage,
    *,
    at: datetime | None = None,
    counts_from: datetime | None = None,
    by: User | None = None,
) -> Publication:
    """The page as it is now, before readers."""
    return publish(page, by=by, at=at or timezone.now(), counts_from=counts_from)[0]
