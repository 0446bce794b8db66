"""The record of what was taken out of the desk, the progress of a file, and the file itself."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from leads.admin import columns
from leads.models import CallRules, Export
from pages.admin.read_only import ReadOnly

BADGES = {
    Export.State.WAITING: "waiting",
    Export.State.RUNNING: "waiting",
    Export.State.FINISHED: "sent",
    Export.State.BROKEN_OFF: "failed",
    Export.State.DELETED: "off",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@admin.register(Export)
class ExportAdmin(ReadOnly, admin.ModelAdmin):
    """Read only: a record that can be changed records nothing."""

    list_display = ["what", "filters", "who", "created_at", "rows", "badge"]
    list_filter = ["subject", "format", "state"]
    list_select_related = ["by"]
    list_per_page = 50
    search_fields = ["filters", "by__username"]

    @admin.display(description="export", ordering="subject")
    def what(self, export: Export) -> str:
        return str(export)

    @admin.display(description="by", ordering="by__username")
    def who(self, export: Export) -> str:
        return name_of(export.by)

    @admin.display(ordering="rows_done")
    def rows(self, export: Export) -> str:
        return f"{export.rows_done:,} of {export.rows_total:,}"

    @admin.display(description="state", ordering="state")
    def badge(self, export: Export) -> SafeString:
        return columns.badge(BADGES[Export.State(export.state)], export.get_state_display())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/file/", view, name="leads_export_file"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """How far it is, and the way to its file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        export = self.get_object(request, object_id)
        if export is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(export),
            "export": export,
            "badge": self.badge(export),
            "rows": self.rows(export),
            "by": name_of(export.by),
            "may_fetch": request.user.has_perm(export.permission),
        }
        return TemplateResponse(request, "admin/leads/export/page.html", context)

    @method_decorator(require_safe)
    def file(self, request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
        export = get_object_or_404(Export, pk=pk)
        if not request.user.has_perm(export.permission):
            raise PermissionDenied
        if export.has_file and export.path.exists():
            return _file(export)
        messages.warning(request, "There is no file any more. Export the list again.")
        return redirect("admin:leads_export_change", pk)


def name_of(user: User | None) -> str:
    return user.get_full_name() or user.get_username() if user else "an account that was deleted"


def _file(export: Export) -> FileResponse:
    day = CallRules.current().day_of(export.created_at)
    return FileResponse(
        export.path.open("rb"),
        as_attachment=True,
        filename=f"{export.subject}-{day}.xlsx",
        content_type=XLSX,
    )
