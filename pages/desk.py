"""What the first page of the staff desk tells those who edit the site."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User

from pages.models import LandingPage


def of_pages(user: User | AnonymousUser) -> dict[str, Any]:
    """Empty for those who may not see pages."""
    if not user.has_perm("pages.view_landingpage"):
        return {}
    return {"pages": LandingPage.objects.order_by("is_published", "-updated_at")[:10]}
