"""How a page will look where it is found: in a list of search results, and as a shared link."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from pages.content import Content
from pages.models import Brand, LandingPage
from pages.pictures.shown import as_content
from pages.seo import head_of
from pages.sharing.picture import drawn

ROOM_FOR_TITLE, ROOM_FOR_DESCRIPTION = 60, 155
"""About as many letters as search results have room for."""


class FoundCardAdmin(admin.ModelAdmin):
    """Shows the card on the form of a page, and draws the sharing picture of its draft."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.draft_picture)
        return [
            path("<int:page_key>/sharing.png", view, name="pages_landingpage_sharing"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        found = {"found": found_card(object_id)} if self.has_view_permission(request) else {}
        return super().change_view(request, object_id, form_url, {**found, **(extra_context or {})})

    def draft_picture(self, request: HttpRequest, page_key: int) -> HttpResponse:
        """Drawn from the rows, which readers do not see yet; with the title as it is being typed."""
        page = get_object_or_404(LandingPage, pk=page_key)
        if not self.has_view_permission(request, page):
            raise PermissionDenied
        # Longer titles cannot be saved.
        longest = LandingPage._meta.get_field("title").max_length
        page.title = request.GET.get("title", page.title)[:longest]
        return HttpResponse(drawn(headline_of(page)), content_type="image/png")


def found_card(page_key: str) -> dict[str, Any] | None:
    """From the saved rows: what was just typed may have been refused, and then has no address."""
    page = LandingPage.objects.filter(pk=page_key).first() if page_key.isdecimal() else None
    if page is None:
        return None
    return {
        "head": head_of(headline_of(page)),
        "is_drawn": page.sharing_picture_id is None,
        "drawing_url": reverse("admin:pages_landingpage_sharing", args=[page.pk]),
        "room_for_title": ROOM_FOR_TITLE,
        "room_for_description": ROOM_FOR_DESCRIPTION,
    }


def headline_of(page: LandingPage) -> Content:
    """The part of a page's content that its head and its picture are made of, from the newest rows."""
    names = ["slug", "title", "message", "seo_title", "seo_description"]
    chosen = LandingPage.objects.filter(pk=page.pk).values_list(as_content("sharing_picture"), flat=True)
    return {
        "page": {
            "url": page.get_absolute_url(),
            "sharing_picture": chosen.get(),
            **{name: getattr(page, name) for name in names},
        },
        "brand": {"name": Brand.current().name},
        "steps": list(page.steps.values("label", "drawing", "stands_here")),
    }
