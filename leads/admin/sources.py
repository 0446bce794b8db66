"""The page “Where clients come from”: a table of what was counted and requested, its chart, and its file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from leads.charts import Bars, Row, bars
from leads.counting import spreadsheet
from leads.counting.report import TOLD_APART, Grouping, Line, Report, report
from leads.counting.words import HEADINGS, names_of
from leads.models import CallRules, DailyCount
from pages.admin.read_only import ReadOnly

LINES_SHOWN = 200
LINES_DRAWN = 10
LONGEST_DAYS = 5 * 366

OWN = "own"
PERIODS = [
    ("28", "The last 28 days"),
    ("90", "The last 90 days"),
    ("365", "The last year"),
    (OWN, "From … to …"),
]
DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ReportForm(forms.Form):
    by = forms.ChoiceField(label="One line for each", choices=Grouping)
    period = forms.ChoiceField(choices=PERIODS)
    first = forms.DateField(label="From", widget=DAY, required=False)
    last = forms.DateField(label="To", widget=DAY, required=False)

    def __init__(self, asked: Any, *, today: date) -> None:
        """Whatever is not asked for is the report of the last 28 days by page."""
        super().__init__({"by": Grouping.PAGE, "period": "28"} | dict(asked.items()), label_suffix="")
        self.today = today

    def clean(self) -> None:
        if self.cleaned_data.get("period") == OWN:
            self._check_days(self.cleaned_data.get("first"), self.cleaned_data.get("last"))

    def _check_days(self, first: date | None, last: date | None) -> None:
        if first is None or last is None:
            if not self.errors:
                self.add_error("first", "Enter the first day and the last")
        elif last < first:
            self.add_error("last", "Enter a last day that is not before the first")
        elif (last - first).days > LONGEST_DAYS:
            self.add_error("first", "Enter days that are at most five years apart")

    def report(self) -> Report:
        asked = self.cleaned_data
        first, last = asked["first"], asked["last"]
        if asked["period"] != OWN:
            first, last = self.today - timedelta(days=int(asked["period"]) - 1), self.today
        return report(first, last, Grouping(asked["by"]))


@admin.register(DailyCount)
class SourcesAdmin(ReadOnly, admin.ModelAdmin):
    """In place of a list of the counts, which nobody edits. Open to whoever may see requests."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The report; never a single count."""
        return obj is None and request.user.has_perm("leads.view_bookingrequest")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_urls(self) -> list[URLPattern]:
        download = self.admin_site.admin_view(self.download)
        return [path("report.csv", download, name="leads_dailycount_csv"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        form = self._form(request)
        found = form.report() if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Where clients come from",
            "form": form,
            "report": found,
            **(_shown(found, request) if found else {}),
        }
        template = "admin/leads/dailycount/report.html"
        return TemplateResponse(request, template, context, status=200 if found else 422)

    def download(self, request: HttpRequest) -> HttpResponseBase:
        form = self._form(request)
        if not form.is_valid():
            page = reverse("admin:leads_dailycount_changelist")
            return HttpResponseRedirect(f"{page}?{request.GET.urlencode()}")
        found = form.report()
        name = f"where-clients-come-from-{found.first}-to-{found.last}.csv"
        return StreamingHttpResponse(
            spreadsheet.lines(found, currency=CallRules.current().currency),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _form(self, request: HttpRequest) -> ReportForm:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return ReportForm(request.GET, today=timezone.localdate())


def _shown(found: Report, request: HttpRequest) -> dict[str, Any]:
    parts = [part for part in HEADINGS if part in TOLD_APART[found.grouping]]
    csv = reverse("admin:leads_dailycount_csv")
    return {
        "currency": CallRules.current().currency,
        "headings": [HEADINGS[part] for part in parts],
        "lines": [
            {"names": names_of(line.place, parts), "figures": line.figures}
            for line in found.lines[:LINES_SHOWN]
        ],
        "more_lines": max(0, len(found.lines) - LINES_SHOWN),
        "chart": _chart(found, parts),
        "csv_url": f"{csv}?{request.GET.urlencode()}",
        "tells_buttons_apart": "cta" in parts,
    }


def _chart(found: Report, parts: list[str]) -> Bars | None:
    """Of the lines that brought requests: how many of them were signed, and how many not."""
    lines = [line for line in found.lines if line.figures.requests]
    lines.sort(key=lambda line: line.figures.requests, reverse=True)
    if not lines:
        return None
    return bars(
        "requests",
        f"Requests and clients of the first {LINES_DRAWN} lines"
        if len(lines) > LINES_DRAWN
        else "Requests and clients",
        [_bar(line, parts) for line in lines[:LINES_DRAWN]],
        label=" · ".join(HEADINGS[part] for part in parts),
        headings=["Requests", "Clients"],
        series=["signed", "other requests"],
    )


def _bar(line: Line, parts: list[str]) -> Row:
    requests, clients = line.figures.requests, line.figures.clients
    return Row(
        " · ".join(names_of(line.place, parts)),
        cells=(f"{requests:,}", f"{clients:,}"),
        solid=clients,
        hatched=requests - clients,
    )
