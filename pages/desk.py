"""What the first page of the staff desk tells those who edit the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from pages.models import LandingPage
from pages.publishing import standings

SHOWN = 10


def of_pages(user: User | AnonymousUser) -> dict[str, Any]:
    """Empty for those who may not see pages."""
    if not user.has_perm("pages.view_landingpage"):
        return {}
    return {"pages": _pages(at=timezone.now())}


def _pages(*, at: datetime) -> list[LandingPage]:
    """The last ones that somebody worked on; those that readers do not see as they are come first."""
    pages: list[Any] = list(LandingPage.objects.order_by("-updated_at")[:SHOWN])
    found = standings(pages, at=at)
    for page in pages:
        page.standing = found[page.pk]
    return sorted(pages, key=lambda page: page.standing.state == "published")
