"""What several pages share: which pages a change reaches, and how it comes to all of them in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from pages.admin.acting import TO_PUBLISH, attempt, staff_of
from pages.admin.editing import EditingAdmin
from pages.content import ITEMS
from pages.differences import Difference
from pages.models import Brand, LandingPage
from pages.models.ordering import Item
from pages.publishing import Renewal, publish_shared, renewals, standing_of, standings

KIND_OF_SECTION = {items.model: kind for kind, items in ITEMS.items()}


class SharedContentAdmin(admin.ModelAdmin):
    """Adds to the pages of the desk the one from which shared content is published."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.shared_page)
        return [path("shared/", view, name="pages_landingpage_shared"), *super().get_urls()]

    def shared_page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        if request.method == "POST":
            user = staff_of(request)
            attempt(request, lambda: publish_shared(by=user, at=now), done="Published to all of these pages.")
            return redirect("admin:pages_landingpage_shared")
        found = renewals(at=now)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Shared content",
            "renewals": found,
            "changes": _by_change(found),
            "may_publish": request.user.has_perm(TO_PUBLISH),
        }
        return TemplateResponse(request, "admin/pages/landingpage/shared.html", context)


class ReachAdmin(EditingAdmin):
    """The form of a row that several pages may show: says which, and after a save, that they do not yet."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        reach = {"reach": _with_standings(pages_showing(row))} if row else {}
        return super().change_view(request, object_id, form_url, {**reach, **(extra_context or {})})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        _say_what_is_unpublished(request, form.instance)


def pages_showing(row: Any) -> QuerySet[LandingPage]:
    """The pages whose drafts show a row: its own one, or each that has a section for its kind."""
    if isinstance(row, Brand):
        return LandingPage.objects.all()
    if row.page_id:
        return LandingPage.objects.filter(pk=row.page_id)
    shown = {"sections__kind": KIND_OF_SECTION[type(row)], "sections__is_shown": True}
    return LandingPage.objects.filter(**shown).distinct()


def _say_what_is_unpublished(request: HttpRequest, row: Any) -> None:
    now = timezone.now()
    if isinstance(row, Item) and row.page:
        say_if_unpublished(request, row.page)
    elif found := renewals(at=now):
        url = reverse("admin:pages_landingpage_shared")
        text = 'Readers do not see this yet. <a href="{}">See what changes on {}, and publish it</a>'
        messages.warning(request, format_html(text, url, _count(found)))


def say_if_unpublished(request: HttpRequest, page: LandingPage) -> None:
    if standing_of(page, at=timezone.now()).state == "changed":
        url = reverse("admin:pages_landingpage_publishing", args=[page.pk])
        text = 'Readers of “{}” do not see this yet. <a href="{}">See what changes, and publish it</a>'
        messages.warning(request, format_html(text, page, url))


def _count(found: list[Renewal]) -> str:
    return "1 page" if len(found) == 1 else f"{len(found)} pages"


def _with_standings(pages: QuerySet[LandingPage]) -> list[dict[str, Any]]:
    found = standings(pages, at=timezone.now())
    return [{"page": page, "standing": found[page.pk]} for page in pages]


def _by_change(found: list[Renewal]) -> list[dict[str, Any]]:
    """The same changes once, with all pages that they reach."""
    changes: dict[tuple[Difference, ...], list[LandingPage]] = {}
    for renewal in found:
        changes.setdefault(tuple(renewal.differences), []).append(renewal.publication.page)
    return [{"differences": changed, "pages": pages} for changed, pages in changes.items()]
