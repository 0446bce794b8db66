"""The words under which staff find requests again. They are made by typing them; here they are put right."""

from __future__ import annotations

from django.contrib import admin

from leads.models import Tag


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    search_fields = ["name"]
    show_full_result_count = False
