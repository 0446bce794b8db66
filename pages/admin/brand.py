from __future__ import annotations

from django.contrib import admin

from pages.admin.singleton import SingletonAdmin
from pages.models import Brand


@admin.register(Brand)
class BrandAdmin(SingletonAdmin):
    fieldsets = [
        (
            "Who speaks",
            {
                "description": "In the header and at the foot of every page, and in every mail.",
                "fields": ["name", "role", "programme", "contact_email"],
            },
        ),
        (
            "Buttons",
            {
                "description": "Every page offers one action: to book a call.",
                "fields": ["call_label", "short_call_label", "community_label", "community_url"],
            },
        ),
    ]
