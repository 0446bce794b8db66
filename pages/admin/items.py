"""Items with a list of their own, because one page shows them or all pages do."""

from __future__ import annotations

from django.contrib import admin
from django.db import models

from pages.admin.placing import ItemAdmin
from pages.models import Offer, Question, Statistic, Testimonial


@admin.register(Offer)
class OfferAdmin(ItemAdmin):
    search_fields = ["title", "text"]
    fieldsets = [(None, {"fields": ["title", "text", "anchor"]}), ItemAdmin.placing]


@admin.register(Question)
class QuestionAdmin(ItemAdmin):
    markdown_fields = ["answer"]
    search_fields = ["question", "answer"]
    prepopulated_fields = {"anchor": ["question"]}
    fieldsets = [(None, {"fields": ["question", "answer", "anchor"]}), ItemAdmin.placing]


@admin.register(Statistic)
class StatisticAdmin(ItemAdmin):
    list_display = ["__str__", "rests_on", "checked_on", "where", "position"]
    list_select_related = ["page", "explained_by"]
    search_fields = ["figure", "label", "source_name"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["figure", "label"]}),
        (
            "What it rests on",
            {
                "description": "Either a source that readers can open, or a question on this site that "
                "explains the figure.",
                "fields": ["source_name", "source_url", "explained_by", "explanation_label", "checked_on"],
            },
        ),
        ItemAdmin.placing,
    ]

    @admin.display(description="rests on", empty_value="nothing yet")
    def rests_on(self, statistic: Statistic) -> str | None:
        return statistic.source_name or statistic.source_url or _words(statistic.explained_by)


def _words(question: Question | None) -> str | None:
    return str(question) if question else None


@admin.register(Testimonial)
class TestimonialAdmin(ItemAdmin):
    markdown_fields = ["summary"]
    list_display = ["name", "outcome_figure", "outcome", "permission_on", "where", "position"]
    search_fields = ["name", "role", "outcome", "summary"]
    fieldsets = [
        (None, {"fields": ["name", "role", "portrait", "outcome_figure", "outcome", "summary"]}),
        (
            "Permission",
            {
                "description": "How and when the client agreed. Readers do not see this.",
                "fields": ["permission", "permission_on"],
            },
        ),
        ItemAdmin.placing,
    ]
