"""Takes a list out of the desk as a file: a bar above the list, and an action for the ticked rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, SuspiciousOperation
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from leads.admin.verbs import staff_of
from leads.exporting.csv_file import stream
from leads.exporting.pieces import in_pieces
from leads.exporting.sheets import SHEETS
from leads.models import CallRules, Export
from leads.models.export import permission_for

NO_FILTER = {PAGE_VAR, ALL_VAR, ERROR_FLAG, ORDER_VAR}
"""What an address says beside which rows are shown."""

ACROSS = "select_across"
"""Django's name for a tick that stands for all pages of a list."""


class ExportingAdmin(admin.ModelAdmin):
    """A list that can be taken out. Both ways need a permission of their own, and leave a record."""

    exports: str
    """The name of its sheet."""

    actions = ["export_as_csv", "export_as_xlsx"]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission_for(self.exports)))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_list)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        return [path("export/<str:format_>/", view, name=name), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        exports = self._bar(request) if self.has_export_permission(request) else None
        response: HttpResponse = super().changelist_view(
            request, {"exports": exports, **(extra_context or {})}
        )
        return response

    @method_decorator(require_POST)
    def export_list(self, request: HttpRequest, format_: str) -> HttpResponse | StreamingHttpResponse:
        """All rows that the list shows under this address, on whichever page."""
        if format_ not in Export.Format.values:
            raise Http404
        if not self.has_export_permission(request) or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request)
        except (IncorrectLookupParameters, SuspiciousOperation):
            messages.error(request, "This list has a filter that makes no sense, so nothing was exported.")
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return self._export(request, shown.queryset, Export.Format(format_), in_words(shown))

    @admin.action(permissions=["export"], description="Export as CSV")
    def export_as_csv(self, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        return self._export_ticked(request, rows, Export.Format.CSV)

    @admin.action(permissions=["export"], description="Export as XLSX")
    def export_as_xlsx(self, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        return self._export_ticked(request, rows, Export.Format.XLSX)

    def _export_ticked(self, request: HttpRequest, rows: QuerySet[Any], format_: Export.Format) -> Any:
        if request.POST.get(ACROSS) == "1":
            return self._export(request, rows, format_, in_words(self.get_changelist_instance(request)))
        keys = list(rows.values_list("pk", flat=True))
        words = "1 ticked row" if len(keys) == 1 else f"{len(keys)} ticked rows"
        return self._export(request, rows, format_, words, keys)

    def _export(
        self,
        request: HttpRequest,
        rows: QuerySet[Any],
        format_: Export.Format,
        filters: str,
        keys: list[int] | None = None,
    ) -> HttpResponse | StreamingHttpResponse:
        at = timezone.now()
        export = Export.objects.create(
            subject=self.exports,
            format=format_,
            by=staff_of(request),
            filters=filters,
            query=_query(request),
            keys=keys or [],
            state=Export.State.RUNNING if format_ == Export.Format.CSV else Export.State.WAITING,
            rows_total=rows.count(),
            created_at=at,
            told_at=at,
        )
        if format_ == Export.Format.XLSX:
            return redirect("admin:leads_export_change", export.pk)
        return _download(export, rows)

    def _bar(self, request: HttpRequest) -> dict[str, Any]:
        name, query = f"admin:{self.opts.app_label}_{self.opts.model_name}_export", _query(request)
        return {
            "formats": [
                {"label": label, "url": reverse(name, args=[value]) + (f"?{query}" if query else "")}
                for value, label in Export.Format.choices
            ],
        }


def in_words(shown: ChangeList) -> str:
    """What a list is narrowed to, like “status: Requested; search: “Samira””."""
    return "; ".join(_said(shown)) or "All"


def _said(shown: ChangeList) -> Iterator[str]:
    for spec in shown.filter_specs:
        choices: list[Any] = list(spec.choices(shown))
        # The first choice of a filter is “all”.
        chosen = [str(choice["display"]) for choice in choices[1:] if choice.get("selected")]
        if chosen:
            yield f"{spec.title}: {', '.join(chosen)}"
    of_filters = {name for spec in shown.filter_specs for name in spec.expected_parameters() if name}
    for name, value in shown.get_filters_params().items():
        if name not in of_filters:
            yield f"{_label(shown, name)}: {value if isinstance(value, str) else ', '.join(map(str, value))}"
    if shown.query:
        yield f"search: “{shown.query}”"


def _label(shown: ChangeList, lookup: str) -> str:
    """Like “received, year”: what narrows a list beside its filters, as days do."""
    name, *rest = lookup.split("__")
    with suppress(FieldDoesNotExist):
        name = str(shown.lookup_opts.get_field(name).verbose_name)  # type: ignore[union-attr]
    return ", ".join([name, *rest])


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in NO_FILTER:
        query.pop(name, None)
    return query.urlencode()


def _download(export: Export, rows: QuerySet[Any]) -> StreamingHttpResponse:
    sheet, zone = SHEETS[export.subject], CallRules.current().zone
    day = export.created_at.astimezone(zone).date()
    return StreamingHttpResponse(
        stream(export, in_pieces(rows, sheet, zone), sheet, zone),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{sheet.name}-{day}.csv"',
            # nginx is to pass the first rows on while the rest is read.
            "X-Accel-Buffering": "no",
        },
    )
