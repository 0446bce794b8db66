"""Calendars in both directions: those that block times here, and the feeds that show calls elsewhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin import columns
from leads.models import BusyCalendar, CalendarFeed


@admin.register(BusyCalendar)
class BusyCalendarAdmin(admin.ModelAdmin):
    about = "While one of these calendars is busy, no call can be booked."
    list_display = ["name", "host", "copy", "busy_times", "last_error"]
    actions = ["read_now"]
    change_form_template = "admin/leads/busycalendar/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusyCalendar]:
        return BusyCalendar.objects.annotate(time_count=Count("times"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address is as good as a password, so it is shown to those alone who may change it."""
        secret = ["url"] if obj is None or self.has_change_permission(request, obj) else ["host"]
        return ["name", *secret, *(["copy", "busy_times", "last_error"] if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["host", "copy", "busy_times", "last_error"]

    @admin.display(description="read from")
    def host(self, calendar: BusyCalendar) -> str:
        return urlsplit(calendar.url).hostname or ""

    @admin.display(description="last read well", ordering="read_at")
    def copy(self, calendar: BusyCalendar) -> SafeString:
        """How old it is. A stale one is red, and its calls may be booked over something else."""
        now = timezone.now()
        age = columns.ago(calendar.read_at, at=now) if calendar.read_at else "Not read yet"
        return format_html("{} {}", age, columns.badge("failed", "Stale") if calendar.is_stale(now) else "")

    @admin.display(description="busy times", ordering="time_count")
    def busy_times(self, calendar: Any) -> int:
        count: int = calendar.time_count
        return count

    def save_model(self, request: HttpRequest, obj: BusyCalendar, form: Any, change: bool) -> None:
        """Saves what staff changed and nothing else: the worker may be noting what it read."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)
            if "url" in form.changed_data:
                obj.read_soon(at=timezone.now())

    def get_urls(self) -> list[URLPattern]:
        now = self.admin_site.admin_view(self.read_one_now)
        return [path("<int:pk>/read/", now, name="leads_busycalendar_read"), *super().get_urls()]

    @method_decorator(require_POST)
    def read_one_now(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        get_object_or_404(BusyCalendar, pk=pk)
        self.read_now(request, BusyCalendar.objects.filter(pk=pk))
        return redirect("admin:leads_busycalendar_change", pk)

    @admin.action(permissions=["change"], description="Read now")
    def read_now(self, request: HttpRequest, queryset: QuerySet[BusyCalendar]) -> None:
        now = timezone.now()
        for calendar in queryset:
            calendar.read_soon(at=now)
        messages.success(request, "The worker reads it at its next round, within seconds.")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(admin.ModelAdmin):
    about = "A secret address each, by which another calendar shows the confirmed calls."
    list_display = ["name", "state", "created_at", "revoked_at"]
    fields = ["name"]
    view_on_site = False
    actions = ["revoke"]
    change_form_template = "admin/leads/calendarfeed/page.html"

    @admin.display(description="address")
    def state(self, feed: CalendarFeed) -> SafeString:
        return columns.badge("failed", "Revoked") if feed.revoked_at else columns.badge("sent", "Works")

    def response_post_save_add(self, request: HttpRequest, obj: CalendarFeed) -> Any:
        """On to the address: it is what the feed was made for."""
        return redirect("admin:leads_calendarfeed_change", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        feed = context["original"]
        if feed and not feed.revoked_at and self.has_change_permission(request, feed):
            context["address"] = settings.SITE_URL + feed.get_absolute_url()
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        revoke = self.admin_site.admin_view(self.revoke_one)
        return [path("<int:pk>/revoke/", revoke, name="leads_calendarfeed_revoke"), *super().get_urls()]

    def revoke_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A GET asks, because it cannot be taken back; a POST acts."""
        feed = get_object_or_404(CalendarFeed, pk=pk)
        if not self.has_change_permission(request, feed):
            raise PermissionDenied
        if request.method == "POST":
            self.revoke(request, CalendarFeed.objects.filter(pk=pk))
            return redirect("admin:leads_calendarfeed_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "feed": feed}
        context["title"] = f"Revoke the address of “{feed}”?"
        return TemplateResponse(request, "admin/leads/calendarfeed/revoke.html", context)

    @admin.action(permissions=["change"], description="Revoke the address")
    def revoke(self, request: HttpRequest, queryset: QuerySet[CalendarFeed]) -> None:
        for feed in queryset:
            feed.revoke(at=timezone.now())
        messages.success(request, "Revoked. Calendars that read it find nothing any more.")
