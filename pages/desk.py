"""What the first page of the staff desk tells those who edit the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse

from pages.basis import CLAIM_AGE
from pages.models import LandingPage, Publication, Statistic, Testimonial
from pages.publishing import standings

SHOWN = 10


def of_pages(user: User | AnonymousUser, *, at: datetime) -> dict[str, Any]:
    """Empty for those who may not see pages."""
    if not user.has_perm("pages.view_landingpage"):
        return {}
    return {
        "pages": _pages(at=at),
        "coming": Publication.objects.coming(at).select_related("page").defer("content")[:SHOWN],
        "old_claims": old_claims(at=at),
    }


def _pages(*, at: datetime) -> list[LandingPage]:
    """The last ones that somebody worked on; those that readers do not see as they are come first."""
    pages: list[Any] = list(LandingPage.objects.order_by("-updated_at")[:SHOWN])
    found = standings(pages, at=at)
    for page in pages:
        page.standing = found[page.pk]
    return sorted(pages, key=lambda page: page.standing.state == "published")


def old_claims(*, at: datetime) -> list[dict[str, Any]]:
    """What nobody has looked at for too long, the oldest first."""
    last_day = (at - CLAIM_AGE).date()
    figures = Statistic.objects.filter(checked_on__lt=last_day)
    testimonials = Testimonial.objects.filter(permission_on__lt=last_day)
    claims = [
        *(_claim(row, row.checked_on, "last checked") for row in figures),
        *(_claim(row, row.permission_on, "permission given") for row in testimonials),
    ]
    return sorted(claims, key=lambda claim: claim["day"])


def _claim(row: Statistic | Testimonial, day: Any, what_happened: str) -> dict[str, Any]:
    url = reverse(f"admin:pages_{row._meta.model_name}_change", args=[row.pk])
    return {"words": str(row), "url": url, "day": day, "what_happened": what_happened}
