from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from pages.admin.placing import item_kinds
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


class SectionInline(admin.StackedInline):
    model = Section
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
class LandingPageAdmin(admin.ModelAdmin):
    list_display = ["title", "address", "is_home", "is_published", "updated_at"]
    list_filter = ["is_published"]
    search_fields = ["title", "slug", "message"]
    prepopulated_fields = {"slug": ["title"]}
    inlines = [StairStepInline, SectionInline, PainPointInline, ScopePointInline]
    actions = ["publish", "unpublish"]
    fieldsets = [
        (None, {"fields": ["title", "message"]}),
        (
            "Address",
            {
                "description": "Only a published page can be read by visitors.",
                "fields": ["slug", ("is_home", "is_published")],
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
                "fields": ["seo_title", "seo_description"],
            },
        ),
    ]

    @admin.display(ordering="slug")
    def address(self, page: LandingPage) -> str:
        url = page.get_absolute_url()
        return format_html('<a href="{}">{}</a>', url, url) if page.is_published else url

    def view_on_site(self, page: LandingPage) -> str | None:
        return page.get_absolute_url() if page.is_published else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"item_lists": item_lists(object_id), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    @admin.action(permissions=["change"], description="Publish the selected pages")
    def publish(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        changed = self._set_published(pages, to=True)
        self.message_user(request, f"Published: {changed}.")

    @admin.action(permissions=["change"], description="Take the selected pages off the site")
    def unpublish(self, request: HttpRequest, pages: QuerySet[LandingPage]) -> None:
        changed = self._set_published(pages, to=False)
        self.message_user(request, f"No longer on the site: {changed}.")

    def _set_published(self, pages: QuerySet[LandingPage], *, to: bool) -> str:
        """Returns the pages that were not so already, in words."""
        changed = list(pages.exclude(is_published=to))
        for page in changed:
            page.is_published = to
            page.save(update_fields=["is_published", "updated_at"])
        return ", ".join(f"“{page}”" for page in changed) or "no page that was not already"


def item_lists(page_key: str) -> list[dict[str, Any]]:
    """For each kind of item, the list of what the page shows of it."""
    return [
        {
            "name": kind._meta.verbose_name_plural,
            "url": f"{reverse(f'admin:pages_{kind._meta.model_name}_changelist')}?shown_on={page_key}",
        }
        for kind in item_kinds()
    ]
