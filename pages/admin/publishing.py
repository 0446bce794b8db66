"""The publishing side of a page: how it stands, in the list and on its form, and what staff do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pages.models import LandingPage, Publication
from pages.models.publication import NotPublishable
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


class PublishingAdmin(admin.ModelAdmin):
    """A list that says how each page stands, and the acts that change it."""

    actions = ["publish", "take_off"]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Looks up how all pages of the list stand at once."""
        changelist = super().get_changelist_instance(request)
        found = standings(changelist.result_list, at=timezone.now())
        for page in changelist.result_list:
            page.standing = found[page.pk]
        return changelist

    @admin.display(ordering="slug")
    def address(self, page: Any) -> str:
        """Where readers find it; of a page that is not on the site, where they would."""
        standing: Standing = page.standing
        if standing.live is None:
            return str(page.get_absolute_url())
        url = standing.live.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, url)

    @admin.display(description="state")
    def state(self, page: Any) -> SafeString:
        standing: Standing = page.standing
        return format_html('<span class="badge badge-{}">{}</span>', standing.state, standing.words)

    @admin.action(permissions=["publish"], description="Publish the selected pages")
    def publish(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        try:
            publish(*pages, by=staff_of(request), at=timezone.now())
        except NotPublishable as refusal:
            refuse(request, refusal)
        else:
            messages.success(request, f"Published: {_titles(pages)}.")

    @admin.action(permissions=["publish"], description="Take the selected pages off the site")
    def take_off(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        now = timezone.now()
        live = [page for page in pages if Publication.objects.live(now).filter(page=page).exists()]
        for page in live:
            take_off(page, by=staff_of(request), at=now)
        messages.success(request, f"No longer on the site: {_titles(live)}.")

    def view_on_site(self, page: LandingPage) -> str | None:
        live = Publication.objects.live(timezone.now()).filter(page=page).first()
        return live.get_absolute_url() if live else None

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("pages.add_publication")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A page that readers know, or will know, is taken off first: deleting takes its history along."""
        may = super().has_delete_permission(request, obj)
        return may and not (obj and Publication.objects.reachable(timezone.now()).filter(page=obj).exists())


def staff_of(request: HttpRequest) -> User:
    """Whoever acts. The desk lets nobody in who has not signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def refuse(request: HttpRequest, refusal: NotPublishable) -> None:
    for sentence in ("Nothing was published.", *refusal.sentences):
        messages.error(request, sentence)


def _titles(pages: Any) -> str:
    return ", ".join(f"“{page}”" for page in pages) or "no page"
