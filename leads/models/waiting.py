from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q


class TimeOfferQuerySet(models.QuerySet["TimeOffer"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def expired(self, at: datetime) -> Self:
        return self.open().filter(expires_at__lte=at)


class TimeOffer(models.Model):
    """A freed time that is kept for one request on the waiting list, until it is taken or expires."""

    booking = models.ForeignKey("leads.BookingRequest", on_delete=models.CASCADE, related_name="offers")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = TimeOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(closed_at=None), name="one_open_offer_per_request"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="offer_has_a_length"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"
