from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from leads.models.privacy import ConsentWording
from pages.models.singleton import Singleton


class BookingPage(Singleton):
    """The words around the booking form, and the consents exactly as a prospect reads them."""

    heading = models.CharField(max_length=120, default="Book your free 30-minute strategy call")
    price = models.CharField(max_length=40, default="Free")
    place = models.CharField(max_length=40, default="Video call")
    how_to_join = models.CharField(
        "how to join",
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="The address of your video room, or what else leads to the call. Only confirmed prospects "
        "are told: on their page, in their mails and in the calendar entry.",
    )
    aside = models.TextField(max_length=3000, blank=True, help_text="Markdown, beside the form.")
    consent = models.CharField(
        max_length=300,
        default="You may store these answers to prepare for the call and to contact me about it",
        help_text="Stored with each request as it reads then.",
    )
    mail_consent = models.CharField(
        max_length=300,
        default="Also send me occasional emails",
        help_text="Optional for the prospect, and never ticked beforehand.",
    )
    privacy_notice = models.TextField(max_length=3000, blank=True, help_text="Markdown, under the form.")
    reassurance = models.CharField(max_length=200, blank=True, help_text="Small print under the button.")

    requests_a_day = models.PositiveSmallIntegerField(
        "requests a day",
        default=50,
        db_default=50,
        help_text="More than this many in 24 hours are set aside, as in a flood of spam. 0: no limit.",
    )

    class Meta(Singleton.Meta):
        verbose_name = "booking page"
        verbose_name_plural = "booking page"

    def save(self, **kwargs: Any) -> None:
        """Also keeps each changed wording of a consent as a version of its own."""
        super().save(**kwargs)
        ConsentWording.keep(self, at=timezone.now())

    def __str__(self) -> str:
        return self.heading
