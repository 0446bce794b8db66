from __future__ import annotations

import secrets
from datetime import datetime
from typing import Self

from django.db import models
from django.urls import reverse
from django.utils import timezone


def new_secret() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def working(self) -> Self:
        return self.filter(revoked_at=None)


class CalendarFeed(models.Model):
    """A secret address from which somebody's calendar reads the confirmed calls, until it is revoked."""

    name = models.CharField(max_length=80, help_text="Who reads it, like “Zen’s phone”.")
    secret = models.CharField(max_length=43, unique=True, default=new_secret, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-created_at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("calendar_feed", args=[self.secret])

    @classmethod
    def open(cls, name: str, *, at: datetime) -> Self:
        return cls.objects.create(name=name, created_at=at)

    def revoke(self, *, at: datetime) -> None:
        """Closes the address for good; who needs one again opens another. Repeating it changes nothing."""
        CalendarFeed.objects.working().filter(pk=self.pk).update(revoked_at=at)
        self.refresh_from_db(fields=["revoked_at"])
