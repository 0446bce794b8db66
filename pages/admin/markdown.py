"""Markdown in the forms of the desk: a short guide under the field, and a preview while somebody types."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db.models import Field
from django.forms import Field as FormField
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from pages.templatetags.prose import markdown

LONGEST = 20_000
"""More letters than any field takes: what is longer cannot be saved, and is not worth the work."""


class MarkdownInput(AdminTextareaWidget):
    class Media:
        js = [Script("js/markdown.js", type="module")]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, attrs, renderer)
        context = {"field": field, "preview_url": reverse("admin:pages_landingpage_markdown")}
        return render_to_string("admin/pages/_markdown.html", context)


class MarkdownFields:
    """For the forms of rows and for inlines; `markdown_fields` names the fields."""

    markdown_fields: list[str] = []

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        if db_field.name in self.markdown_fields:
            kwargs["widget"] = MarkdownInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc, no-any-return]


class MarkdownPreviewAdmin(admin.ModelAdmin):
    """Answers what the fields ask for."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.markdown_preview)
        return [path("markdown/", view, name="pages_landingpage_markdown"), *super().get_urls()]

    @method_decorator(require_POST)
    def markdown_preview(self, request: HttpRequest) -> HttpResponse:
        """The text as a page would show it, made by what makes the page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return HttpResponse(markdown(request.POST.get("text", "")[:LONGEST]))
