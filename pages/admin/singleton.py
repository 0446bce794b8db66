"""The form of a table with exactly one row."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst


class SingletonAdmin(admin.ModelAdmin):
    """Its list leads straight to the one row, or to the form that makes it. Nothing is added or deleted."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """No “add” beside its name on the desk."""
        return {**super().get_model_perms(request), "add": False}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.model._default_manager.first()
        return redirect(self._url("change", row.pk) if row else self._url("add"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if self.has_add_permission(request) and (row := self.model._default_manager.first()):
            return redirect(self._url("change", row.pk))
        return super().add_view(request, form_url, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        extra_context = {
            "title": capfirst(self.opts.verbose_name),
            "is_only_row": True,
            "show_save_and_add_another": False,
            "show_save_and_continue": False,
            **(extra_context or {}),
        }
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _url(self, view: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{view}", args=args)
