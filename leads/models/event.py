from __future__ import annotations

from django.conf import settings
from django.db import models


class BookingEvent(models.Model):
    """One line of a request's history: what happened, when, by whom. Lines are added, never changed."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", "Asked for a call"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        NOT_NOW = "not_now", "Answered “not now”"
        CANCELLED = "cancelled", "Cancelled"
        MOVED = "moved", "Moved"
        OFFERED = "offered", "Was offered a freed time"
        ATTENDED = "attended", "Attended"
        NO_SHOW = "no_show", "Did not show up"
        OUTCOME = "outcome", "Outcome"
        WROTE = "wrote", "Wrote to the prospect"
        SUSPECTED = "suspected", "Set aside as suspected spam"
        RESTORED = "restored", "Restored"
        NOTE = "note", "Note"
        ASSIGNED = "assigned", "Assigned"
        PLANNED = "planned", "Next action"
        TAGGED = "tagged", "Tags"

    booking = models.ForeignKey("leads.BookingRequest", on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the prospect, or the site itself.",
    )
    text = models.TextField(max_length=4000, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [
            # Whether a request was once confirmed, told without reading its whole history.
            models.Index(fields=["booking"], condition=models.Q(kind="confirmed"), name="confirmations"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
