"""What letters begin with, and what a “not now” answer recommends."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from leads import letters
from leads.admin.preview import PREVIEW, PreviewedForm
from leads.models import ReplyTemplate, Resource
from leads.placeholders import PLACEHOLDERS, in_braces
from pages.admin.conflicts import CarefulForm
from pages.admin.editing import EditingAdmin
from pages.admin.placing import OrderedAdmin


class Archived(admin.SimpleListFilter):
    """Shows what is in use, until the archived rows are asked for."""

    title = "archived"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Archived")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        return [{**first, "display": "In use"}, *rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(is_archived=self.value() == "yes")


class TemplateForm(PreviewedForm, CarefulForm):
    pass


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(OrderedAdmin, EditingAdmin):
    about = "What a letter to a prospect begins with, before you change it."
    form = TemplateForm
    change_form_template = "admin/leads/replytemplate/form.html"
    list_display = ["name", "purpose", "subject", "position"]
    list_filter = [Archived, "purpose"]
    search_fields = ["name", "subject", "body"]
    fieldsets = [
        (None, {"fields": ["name", "purpose"]}),
        ("The letter", {"fields": ["subject", "body"]}),
        ("In the list", {"fields": ["position", "is_archived"]}),
    ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.is_preview = PREVIEW in request.POST  # The class is made for this request alone.
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        is_typed = form.is_bound and not form.errors
        context["placeholders"] = {in_braces(name): words for name, words in PLACEHOLDERS.items()}
        context["is_unsaved"] = is_typed
        if is_typed or (form.instance.pk and not form.is_bound):
            context["example"] = letters.example(form.instance, at=timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Resource)
class ResourceAdmin(OrderedAdmin, EditingAdmin):
    about = "What an answer “not now” recommends in place of a call."
    list_display = ["title", "address", "position"]
    list_filter = [Archived]
    search_fields = ["title", "sentence"]
    fields = ["title", "address", "sentence", "position", "is_archived"]
