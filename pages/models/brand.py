from __future__ import annotations

from django.db import models

from pages.models.singleton import Singleton


class Brand(Singleton):
    """Whom the whole site speaks for, and the words that every page shares."""

    name = models.CharField(
        max_length=80, default="Your name", help_text="The owner, beside the mark on every page."
    )
    role = models.CharField(
        max_length=120, blank=True, help_text="Behind the name at the foot of every page."
    )
    programme = models.CharField(max_length=80, blank=True, help_text="What the offer is called.")
    contact_email = models.EmailField(default="hello@example.com")
    call_label = models.CharField("button", max_length=60, default="Book a free 30-minute call")
    short_call_label = models.CharField("button in the header", max_length=30, default="Book a free call")
    community_label = models.CharField(
        max_length=80, blank=True, help_text="The link beside the first button."
    )
    community_url = models.CharField(
        max_length=300, blank=True, help_text="A web address, or #name of a place on the page."
    )

    class Meta(Singleton.Meta):
        verbose_name = "brand"
        verbose_name_plural = "brand"

    def __str__(self) -> str:
        return self.name
