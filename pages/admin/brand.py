from __future__ import annotations

from django.contrib import admin

from pages.admin.shared import ReachAdmin
from pages.admin.singleton import SingletonAdmin
from pages.models import Brand


@admin.register(Brand)
class BrandAdmin(ReachAdmin, SingletonAdmin):
    fieldsets = [
        (
            "Who speaks",
            {
                "description": "Readers of a page see it once the page is published; mails and the booking "
                "page have it from now on.",
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
