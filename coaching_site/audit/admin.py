"""The page “Who did what”: read, search, filter; nothing can be changed there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

from coaching_site.audit.models import Change
from coaching_site.audit.scope import is_recorded
from pages.admin.read_only import ReadOnly

COUNTED = 2_000
"""Rows that a page may reach. A count of all would take longer with every change that is recorded."""


class BoundedPaginator(Paginator):
    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.values("pk")[:COUNTED].count()


class ByPerson(admin.SimpleListFilter):
    title = "person"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = User.objects.filter(is_staff=True).order_by("username")
        return [(str(pk), name) for pk, name in staff.values_list("pk", "username")[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        return queryset.filter(by=int(value)) if value.isdecimal() else queryset


class ByKind(admin.SimpleListFilter):
    title = "kind of thing"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        recorded = [model for model in apps.get_models() if is_recorded(model)]
        names = [
            (model._meta.label_lower, str(model._meta.verbose_name_plural).capitalize()) for model in recorded
        ]
        return sorted(names, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ByDay(admin.SimpleListFilter):
    """The last days by a click, and any one day by its date in the address: `?day=2026-11-25`."""

    title = "day"
    parameter_name = "day"
    DAYS = {"1": "Today", "7": "The last 7 days", "30": "The last 30 days"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.DAYS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value, today = self.value() or "", timezone.localdate()
        if value in self.DAYS:
            return queryset.filter(at__gte=_begin_of(today - timedelta(days=int(value) - 1)))
        if day := _day(value):
            return queryset.filter(at__gte=_begin_of(day), at__lt=_begin_of(day + timedelta(days=1)))
        return queryset


def _day(value: str) -> date | None:
    try:
        return parse_date(value)
    except ValueError:
        return None


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@admin.register(Change)
class ChangeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["when", "by_name", "what", "thing", "in_short"]
    list_filter = [ByDay, ByPerson, ByKind]
    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["words"]
    paginator = BoundedPaginator
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        return super().get_queryset(request).defer("words")

    @admin.display(description="when", ordering="at")
    def when(self, change: Change) -> Any:
        return change.at

    @admin.display(description="what")
    def what(self, change: Change) -> SafeString:
        return format_html('<span class="badge badge-{}">{}</span>', change.act, change.get_act_display())

    @admin.display(description="thing")
    def thing(self, change: Change) -> SafeString:
        return format_html(
            '{} <span class="quiet">{} #{}</span>', change.label, change.kind_name, change.object_id
        )

    @admin.display(description="fields")
    def in_short(self, change: Change) -> str:
        if "how" in change.values:
            return str(change.values["how"][1])
        return ", ".join(change.fields[:4]) + ("…" if len(change.fields) > 4 else "")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not object_id.isdecimal():
            raise Http404
        change = get_object_or_404(Change, pk=object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(change),
            "change": change,
            "object_url": self._url_of_object(request, change),
            "all_of_it": f"?kind={change.kind}&q=%23{change.object_id}",
        }
        return TemplateResponse(request, "admin/audit/change/page.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The record has no history of its own: it is one."""
        return self.change_view(request, object_id)

    def _url_of_object(self, request: HttpRequest, change: Change) -> str:
        """Where the thing is now; empty when it is gone, or closed to whoever reads this."""
        model = change.model
        if model is None or model not in self.admin_site._registry:
            return ""
        if not self.admin_site._registry[model].has_view_permission(request):
            return ""
        if not model._base_manager.filter(pk=change.object_id).exists():
            return ""
        try:
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
            return reverse(name, args=[change.object_id])
        except NoReverseMatch:
            return ""
