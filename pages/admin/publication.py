"""The record of what readers saw, see and will see. It is read; from it staff go back, or withdraw a plan."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from pages.admin.acting import TO_PUBLISH, TO_WITHDRAW, attempt, staff_of, told
from pages.admin.read_only import ReadOnly
from pages.differences import differences
from pages.models import Publication
from pages.models.publication import Unchangeable
from pages.preview import Bar, shown
from pages.publishing import publish_again, standing_of


class When(admin.SimpleListFilter):
    title = "time"
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("now", "What readers see now"), ("coming", "Coming")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "now":
                return queryset.filter(pk__in=Publication.objects.current(timezone.now()))
            case "coming":
                return queryset.filter(counts_from__gt=timezone.now())
        return queryset


@admin.register(Publication)
class PublicationAdmin(ReadOnly, admin.ModelAdmin):
    about = "What readers saw, and from when. An older one can be published again."
    list_display = ["page", "what", "counts_from", "by"]
    list_filter = [When, "page"]
    list_select_related = ["page", "by"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/seen/", view(self.seen), name="pages_publication_seen"),
            path("<int:pk>/again/", view(self.again), name="pages_publication_again"),
            path("<int:pk>/withdraw/", view(self.withdraw), name="pages_publication_withdraw"),
            *super().get_urls(),
        ]

    @admin.display(description="what readers see")
    def what(self, publication: Publication) -> SafeString:
        place = publication.redirect_to or (publication.slug and publication.get_absolute_url())
        return format_html('{} <span class="quiet">{}</span>', publication.get_kind_display(), place)

    # --- One publication

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What it was, and what would change if readers saw it again."""
        publication = self._publication(request, object_id)
        now = timezone.now()
        current = standing_of(publication.page, at=now).current
        before = current.content if current else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"“{publication.title}” of {told(publication.counts_from)}",
            "publication": publication,
            "is_current": current == publication,
            "is_coming": publication.counts_from > now,
            "differences": differences(before or {}, publication.content) if publication.content else [],
            "may_publish": request.user.has_perm(TO_PUBLISH),
            "may_withdraw": request.user.has_perm(TO_WITHDRAW),
        }
        return TemplateResponse(request, "admin/pages/publication/page.html", context)

    def seen(self, request: HttpRequest, pk: int) -> HttpResponse:
        publication = self._publication(request, pk)
        if publication.content is None:
            raise Http404
        bar = Bar("Publication", f"From {told(publication.counts_from)}.", _url(publication))
        return shown(publication.content, bar)

    @method_decorator(require_POST)
    def again(self, request: HttpRequest, pk: int) -> HttpResponse:
        publication, user = self._publication(request, pk), staff_of(request)
        if publication.content is None:
            raise Http404
        attempt(
            request,
            lambda: publish_again(publication, by=user, at=timezone.now()),
            done="Readers see this version again. The draft is as it was.",
        )
        return redirect("admin:pages_landingpage_publishing", publication.page_id)

    @method_decorator(require_POST)
    def withdraw(self, request: HttpRequest, pk: int) -> HttpResponse:
        publication = self._publication(request, pk)
        staff_of(request, permission=TO_WITHDRAW)
        try:
            publication.withdraw(at=timezone.now())
        except Unchangeable:
            messages.warning(request, "Its time had come already, so it stays. Nothing was changed.")
        else:
            messages.success(request, "Withdrawn. Readers will not see it.")
        return redirect("admin:pages_landingpage_publishing", publication.page_id)

    def _publication(self, request: HttpRequest, pk: int | str) -> Publication:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(pk).isdecimal():
            raise Http404
        return get_object_or_404(Publication.objects.select_related("page", "by"), pk=pk)


def _url(publication: Publication) -> str:
    return reverse("admin:pages_publication_change", args=[publication.pk])
