"""The words under which staff find requests again. They are made by typing them; here they are put right."""

from __future__ import annotations

from django.contrib import admin

from leads.models import Tag


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    about = "Words of your own for requests, such as “referral”. Add them on the page of a request."
    search_fields = ["name"]
    show_full_result_count = False
