"""When calls are possible: the page “Open times”, and the forms that it leads to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from leads import zones
from leads.admin.preview import Preview, PreviewedForm, PreviewingAdmin
from leads.ages import last_read
from leads.fields import ZoneAnswer
from leads.models import BusyCalendar, CallRules, Closure, WeeklyHours
from leads.open_times import Calendar, open_times, read_calendar
from pages.admin.singleton import SingletonAdmin

# The browser's own controls: they need no script, and say when they change.
DAY = {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})}
CLOCK = {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": 300})}


@admin.register(WeeklyHours)
class WeeklyHoursAdmin(PreviewingAdmin):
    fields = ["weekday", ("begins", "ends")]
    formfield_overrides = {models.TimeField: CLOCK}

    def calendar_with(self, row: WeeklyHours, calendar: Calendar) -> Calendar:
        return replace(calendar, hours=[*(hours for hours in calendar.hours if hours.pk != row.pk), row])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The page “Open times”, which shows the hours together with all that they lead to."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        times = open_times(now)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Open times",
            "preview": Preview(times),
            "rules": times.calendar.rules,
            "zone_label": zones.label(times.calendar.rules.time_zone, now),
            "weekdays": _by_weekday(times.calendar.hours),
            "closures": Closure.objects.filter(last_day__gte=timezone.localdate(now)),
            "calendars": _in_words(BusyCalendar.objects.all(), at=now),
        }
        return TemplateResponse(request, "admin/leads/weeklyhours/open_times.html", context)


@admin.register(Closure)
class ClosureAdmin(PreviewingAdmin):
    about = "Days without calls. What is booked on them already stays booked."
    list_display = ["first_day", "last_day", "reason"]
    fields = [("first_day", "last_day"), "reason"]
    ordering = ["-first_day"]
    formfield_overrides = {models.DateField: DAY}

    def calendar_with(self, row: Closure, calendar: Calendar) -> Calendar:
        return replace(
            calendar, closures=[*(other for other in calendar.closures if other.pk != row.pk), row]
        )


class RulesForm(PreviewedForm):
    time_zone = ZoneAnswer(label="The clock that counts", help_text="Hours, days and weeks go by it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone: Any = self.fields["time_zone"]
        zone.choices = zones.choices(timezone.now(), chosen=self["time_zone"].value())


@admin.register(CallRules)
class CallRulesAdmin(SingletonAdmin, PreviewingAdmin):
    form = RulesForm
    fieldsets = [
        (None, {"fields": ["time_zone"]}),
        ("Each call", {"fields": [("call_minutes", "gap_minutes")]}),
        ("How far ahead", {"fields": [("notice_hours", "horizon_days")]}),
        ("How many", {"fields": [("calls_a_day", "calls_a_week")]}),
        ("Waiting list", {"fields": ["offer_hours"]}),
        ("Clients", {"fields": ["currency"]}),
    ]

    def calendar_with(self, row: CallRules, calendar: Calendar) -> Calendar:
        return read_calendar(timezone.now(), rules=row)


def _in_words(calendars: Iterable[BusyCalendar], *, at: datetime) -> list[dict[str, Any]]:
    """The coach's other calendars, each with the age of its copy."""
    return [
        {
            "pk": calendar.pk,
            "name": calendar.name,
            "age": last_read(calendar.read_at, at=at),
            "is_stale": calendar.is_stale(at),
            "last_error": calendar.last_error,
        }
        for calendar in calendars
    ]


def _by_weekday(hours: Any) -> list[dict[str, Any]]:
    return [
        {"value": value, "name": name, "hours": [one for one in hours if one.weekday == value]}
        for value, name in WeeklyHours.Weekday.choices
    ]
