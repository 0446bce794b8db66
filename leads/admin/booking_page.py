from __future__ import annotations

from django.contrib import admin

from leads.models import BookingPage
from pages.admin.singleton import SingletonAdmin


@admin.register(BookingPage)
class BookingPageAdmin(SingletonAdmin):
    fieldsets = [
        ("Around the form", {"fields": ["heading", ("price", "place"), "aside", "reassurance"]}),
        ("At the call", {"fields": ["how_to_join"]}),
        (
            "Consent",
            {
                "description": "A changed wording counts from the next request on. Each request keeps the "
                "words that its prospect agreed to.",
                "fields": ["consent", "mail_consent", "privacy_notice"],
            },
        ),
        ("Against floods", {"fields": ["requests_a_day"]}),
    ]
