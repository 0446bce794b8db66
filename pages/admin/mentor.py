from __future__ import annotations

from django.contrib import admin

from pages.admin.placing import ItemAdmin
from pages.models import Mentor, MentorStep


class MentorStepInline(admin.StackedInline):
    model = MentorStep
    extra = 0
    fields = [("position", "label", "note")]


@admin.register(Mentor)
class MentorAdmin(ItemAdmin):
    markdown_fields = ["story"]
    search_fields = ["name", "story"]
    inlines = [MentorStepInline]
    fieldsets = [
        (None, {"fields": ["name", "story", "portrait"]}),
        (
            "The drawing",
            {
                "description": "Its steps are below. Who cannot see it reads the description.",
                "fields": ["caption", "drawing_description", "top_level"],
            },
        ),
        ItemAdmin.placing,
    ]
