"""Addresses of pages of the staff desk, for mails and calendars."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse


def desk_url(page: str, pk: int) -> str:
    """Like `desk_url("bookingrequest_change", 7)`; a desk without such a page gives its first page."""
    try:
        path = reverse(f"admin:leads_{page}", args=[pk])
    except NoReverseMatch:
        path = reverse("admin:index")
    return settings.SITE_URL + path


def changelist(model: str, **filters: str) -> str:
    """A list of the desk, narrowed, for its own pages: `changelist("message", state__exact="failed")`."""
    return reverse(f"admin:leads_{model}_changelist", query=filters or None)
