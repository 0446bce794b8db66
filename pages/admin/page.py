from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from pages.admin.copying import CopyingAdmin
from pages.admin.editing import EditingAdmin
from pages.admin.found import FoundCardAdmin
from pages.admin.markdown import MarkdownFields, MarkdownPreviewAdmin
from pages.admin.page_list import OnTheSite
from pages.admin.picture_choice import PictureChoice
from pages.admin.placing import item_kinds
from pages.admin.publishing import PublishingAdmin
from pages.models import LandingPage, PainPoint, ScopePoint, Section, StairStep


class StairStepFormSet(BaseInlineFormSet):
    """Lets the figure move from one step to another in a single save."""

    def clean(self) -> None:
        super().clean()
        standing = [form for form in self.forms if self._stands(form)]
        if len(standing) > 1:
            raise forms.ValidationError("The figure can stand on one step only.")

    def save(self, commit: bool = True) -> Any:
        if commit and any("stands_here" in form.changed_data for form in self.forms):
            # Rows are saved one by one; the step it leaves must not still hold it.
            self.instance.steps.update(stands_here=False)
        return super().save(commit)

    def _stands(self, form: Any) -> bool:
        data = getattr(form, "cleaned_data", {})
        return bool(data.get("stands_here")) and not data.get("DELETE")


class StairStepInline(admin.StackedInline):
    model = StairStep
    formset = StairStepFormSet
    extra = 0
    classes = ["collapse"]
    fields = [("position", "label", "duration", "drawing", "stands_here")]


class SectionInline(MarkdownFields, PictureChoice, admin.StackedInline):
    model = Section
    markdown_fields = ["introduction"]
    extra = 0
    classes = ["collapse"]
    prepopulated_fields = {"anchor": ["heading"]}
    fieldsets = [
        (None, {"fields": [("position", "kind", "is_shown"), "heading"]}),
        (
            "Its texts and links",
            {
                "classes": ["collapse"],
                "fields": [
                    "kicker",
                    "introduction",
                    "illustration",
                    ("action_label", "note"),
                    ("anchor", "menu_label"),
                ],
            },
        ),
    ]


class PainPointInline(admin.StackedInline):
    model = PainPoint
    extra = 0
    classes = ["collapse"]
    fields = [("position", "text")]


class ScopePointInline(admin.StackedInline):
    model = ScopePoint
    extra = 0
    classes = ["collapse"]
    fields = [("position", "title", "drawing"), "text"]


@admin.register(LandingPage)
class LandingPageAdmin(
    PictureChoice, FoundCardAdmin, MarkdownPreviewAdmin, CopyingAdmin, PublishingAdmin, EditingAdmin
):
    list_display = ["title", "address", "is_home", "state", "updated_at"]
    list_filter = [OnTheSite]
    search_fields = ["title", "slug", "message"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [StairStepInline, SectionInline, PainPointInline, ScopePointInline]
    fieldsets = [
        (None, {"fields": ["title", "message"]}),
        (
            "Address",
            {
                "description": "A new address counts from the next publication on. The old one leads to it.",
                "fields": ["slug", "is_home"],
            },
        ),
        (
            "Lines of the drawing",
            {
                "description": "The two level lines behind the stair. Its steps are further down.",
                "classes": ["collapse"],
                "fields": [("upper_level", "upper_level_note"), ("lower_level", "lower_level_note")],
            },
        ),
        (
            "How it is found",
            {
                "description": "What search engines and shared links show.",
                "classes": ["collapse"],
                "fields": ["seo_title", "seo_description", "sharing_picture"],
            },
        ),
    ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"item_lists": item_lists(object_id), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


def item_lists(page_key: str) -> list[dict[str, Any]]:
    """For each kind of item, the list of what the page shows of it."""
    return [
        {
            "name": kind._meta.verbose_name_plural,
            "url": f"{reverse(f'admin:pages_{kind._meta.model_name}_changelist')}?shown_on={page_key}",
        }
        for kind in item_kinds()
    ]
