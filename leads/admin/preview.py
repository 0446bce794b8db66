"""The open times as staff see them: week by week, with the reason for each day that has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leads import zones
from leads.open_times import Calendar, Day, OpenTimes, monday, read_calendar
from leads.oversights import oversights

WEEKS_SHOWN = 3
PREVIEW = "_preview"
"""The name of the button that shows what a form would change, and saves nothing."""


@dataclass(frozen=True)
class ShownDay:
    date: date
    clocks: list[str]
    reason: str
    calls: int


@dataclass(frozen=True)
class ShownWeek:
    monday: date
    calls: int
    days: list[ShownDay]


@dataclass(frozen=True)
class Preview:
    times: OpenTimes
    problems: Sequence[str] = ()
    """Why it does not show what was typed."""
    is_unsaved: bool = False

    @property
    def rules(self) -> Any:
        return self.times.calendar.rules

    @property
    def zone_label(self) -> str:
        return zones.label(self.rules.time_zone, self.times.at)

    @property
    def oversights(self) -> list[str]:
        return oversights(self.times.calendar, self.times.at)

    @property
    def first_weeks(self) -> list[ShownWeek]:
        return self._weeks[:WEEKS_SHOWN]

    @property
    def later_weeks(self) -> list[ShownWeek]:
        return self._weeks[WEEKS_SHOWN:]

    @cached_property
    def _weeks(self) -> list[ShownWeek]:
        weeks = groupby(self.times.days, key=lambda day: monday(day.date))
        calls = self.times.calendar.calls_by_week
        return [ShownWeek(first, calls.get(first, 0), list(map(self._day, days))) for first, days in weeks]

    def _day(self, day: Day) -> ShownDay:
        clocks = [f"{start.astimezone(self.rules.zone):%H:%M}" for start in day.starts]
        return ShownDay(day.date, clocks, day.reason, self.times.calendar.calls_by_day.get(day.date, 0))


class PreviewedForm(forms.ModelForm):
    """A form that is only previewed is never ready to be saved, however right its answers are."""

    is_preview = False

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_preview


class PreviewingAdmin(admin.ModelAdmin):
    """Forms that decide which times are open. Beside each stands what it would change, before it is saved."""

    form = PreviewedForm
    change_form_template = "admin/leads/times_form.html"

    def calendar_with(self, row: Any, calendar: Calendar) -> Calendar:
        """The calendar as it would be with this row saved."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.is_preview = PREVIEW in request.POST  # The class is made for this request alone.
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["preview"] = self._preview(context["adminform"].form)
        return super().render_change_form(request, context, *args, **kwargs)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        return redirect("admin:leads_weeklyhours_changelist")

    response_post_save_change = response_post_save_add

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> Any:
        super().response_delete(request, obj_display, obj_id)
        return redirect("admin:leads_weeklyhours_changelist")

    def _preview(self, form: forms.ModelForm) -> Preview:
        now = timezone.now()
        calendar = read_calendar(now)
        if form.is_bound and not form.errors:
            return Preview(OpenTimes(self.calendar_with(form.instance, calendar), now), is_unsaved=True)
        return Preview(OpenTimes(calendar, now), problems=list(_problems(form)))


def _problems(form: forms.ModelForm) -> list[str]:
    return [
        f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]
