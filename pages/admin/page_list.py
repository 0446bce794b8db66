"""The list of pages: how each stands, and what can be done with several at once."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages.admin.acting import TO_PUBLISH, attempt, staff_of, told
from pages.models import LandingPage, Publication
from pages.publishing import Standing, publish, standings, take_off


class OnTheSite(admin.SimpleListFilter):
    title = "on the site"
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        live = Publication.objects.live(timezone.now()).values("page")
        match self.value():
            case "yes":
                return queryset.filter(pk__in=live)
            case "no":
                return queryset.exclude(pk__in=live)
        return queryset


class PageListAdmin(admin.ModelAdmin):
    actions = ["publish_selected", "take_off_selected"]

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(TO_PUBLISH)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without Django's own: pages are deleted one by one, where it is seen whether readers know them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Looks up how all pages of the list stand at once."""
        changelist = super().get_changelist_instance(request)
        found = standings(changelist.result_list, at=timezone.now())
        for page in changelist.result_list:
            page.standing = found[page.pk]
        return changelist

    @admin.display(ordering="slug")
    def address(self, page: Any) -> SafeString:
        """Where readers find it; of a page that is not on the site, where they would."""
        standing: Standing = page.standing
        if standing.live is None:
            return format_html("{}", page.get_absolute_url())
        url = standing.live.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, url)

    @admin.display(description="state")
    def state(self, page: Any) -> SafeString:
        standing: Standing = page.standing
        link = reverse("admin:pages_landingpage_publishing", args=[page.pk])
        badge = format_html(
            '<a class="badge badge-{}" href="{}">{}</a>', standing.state, link, standing.words
        )
        coming = [f"{row.get_kind_display()} from {told(row.counts_from)}" for row in standing.coming[:1]]
        return format_html('{} <span class="quiet">{}</span>', badge, *(coming or [""]))

    @admin.action(permissions=["publish"], description="Publish the selected pages")
    def publish_selected(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        user, now = staff_of(request), timezone.now()
        attempt(request, lambda: publish(*pages, by=user, at=now), done=f"Published: {_titles(pages)}.")

    @admin.action(permissions=["publish"], description="Take the selected pages off the site")
    def take_off_selected(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        user, now = staff_of(request), timezone.now()
        live = list(pages.filter(pk__in=Publication.objects.live(now).values("page")))
        attempt(
            request,
            lambda: [take_off(page, by=user, at=now) for page in live],
            done=f"No longer on the site: {_titles(live)}.",
        )


def _titles(pages: Any) -> str:
    return ", ".join(f"“{page}”" for page in pages) or "no page"
