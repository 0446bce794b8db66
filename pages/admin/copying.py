"""The button that makes a page from another one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from pages.copying import copy_of
from pages.models import LandingPage


class CopyingAdmin(admin.ModelAdmin):
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.copy)
        return [path("<int:pk>/copy/", view, name="pages_landingpage_copy"), *super().get_urls()]

    @method_decorator(require_POST)
    def copy(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_add_permission(request)):
            raise PermissionDenied
        page = get_object_or_404(LandingPage, pk=pk)
        copy = copy_of(page)
        self.log_addition(request, copy, f"Copied from “{page}”.")
        messages.success(
            request,
            f"This is a copy of “{page}”, at /{copy.slug}/. Readers do not see it until it is published.",
        )
        return redirect("admin:pages_landingpage_change", copy.pk)
