"""The outbox: what is to be sent, written in the transaction of its cause and sent by the worker.

A worker claims a due Message by moving its next attempt beyond the time that an attempt can take. A
worker that dies in the middle therefore leads to another attempt, never to silence: delivery is at
least once, and each attempt carries the same Message-ID.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LEASE = timedelta(minutes=2)
"""Longer than any attempt takes: after it, a claimed Message is due again."""

LONGEST_PAUSE = timedelta(minutes=4)
GIVE_UP_AFTER = timedelta(days=3)


def in_three_days() -> datetime:
    return timezone.now() + GIVE_UP_AFTER


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, at: datetime) -> Self:
        """Those to attempt now, the longest waiting first."""
        return self.filter(state=Message.State.WAITING, next_attempt_at__lte=at).order_by(
            "next_attempt_at", "pk"
        )

    def waiting(self) -> Self:
        return self.filter(state=Message.State.WAITING)

    def caused_by_clock(self) -> Self:
        """Reminders and the like, which are true only as long as the call keeps its time."""
        return self.filter(occasion__isnull=False)

    def failed(self) -> Self:
        return self.filter(state=Message.State.FAILED)


class Message(models.Model):
    """One outgoing mail: its text, its state, and its attempts."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Kind(models.TextChoices):
        ACKNOWLEDGEMENT = "acknowledgement", "Acknowledgement"
        STAFF_NOTICE = "staff_notice", "Notice to staff"
        CONFIRMATION = "confirmation", "Confirmation"
        REFUSAL = "refusal", "Refusal"
        CANCELLATION = "cancellation", "Cancellation"
        MOVED = "moved", "Moved"
        TIME_OFFER = "time_offer", "Offer of a freed time"
        REMINDER_DAY = "reminder_day", "Reminder a day before"
        REMINDER_HOUR = "reminder_hour", "Reminder an hour before"
        MOVED_NOTICE = "moved_notice", "Notice to staff: moved"
        CANCELLED_NOTICE = "cancelled_notice", "Notice to staff: cancelled"
        BRIEF = "brief", "Brief before the call"
        OUTCOME_QUESTION = "outcome", "Question for the outcome"
        STALE_CALENDAR = "stale_calendar", "Warning to staff: a calendar cannot be read"

    booking = models.ForeignKey(
        "leads.BookingRequest",
        on_delete=models.CASCADE,
        related_name="messages",
        null=True,
        blank=True,
        help_text="Empty: it is about no single request.",
    )
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    recipient = models.EmailField()
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    calendar = models.TextField(blank=True, help_text="A calendar file that goes with the mail (RFC 5545).")
    occasion = models.CharField(
        max_length=80,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="What a mail that the clock causes is about, so that it is queued once.",
    )
    created_at = models.DateTimeField(default=timezone.now)

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    give_up_at = models.DateTimeField(default=in_three_days)
    last_error = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="waiting_messages")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="a_sent_message_says_when",
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    @staticmethod
    def queue(*messages: Message) -> None:
        Message.objects.bulk_create(messages)

    @staticmethod
    def queue_once(*messages: Message) -> None:
        """Leaves out what another worker has queued for the same occasion."""
        Message.objects.bulk_create(messages, ignore_conflicts=True)

    def claim(self, *, at: datetime) -> bool:
        """Takes the Message for one attempt. False when another worker took it first."""
        claimed = self._as_read().update(attempts=F("attempts") + 1, next_attempt_at=at + LEASE)
        self.attempts += claimed
        return bool(claimed)

    def mark_sent(self, *, at: datetime) -> None:
        self._as_read().update(state=self.State.SENT, sent_at=at, last_error="")

    def mark_failed(self, error: str) -> None:
        self._as_read().update(state=self.State.FAILED, last_error=error)

    def withdraw(self, reason: str) -> None:
        """Does not send it: what it says is true no more."""
        self._as_read().update(state=self.State.WITHDRAWN, last_error=reason)

    def has_lapsed(self, at: datetime) -> bool:
        """Whether a mail that the clock caused comes too late. Any other mail is better late than never."""
        return self.occasion is not None and at >= self.give_up_at

    def postpone(self, error: str, *, at: datetime) -> None:
        """Tries again after a pause that grows with the attempts, until it is time to give up."""
        if at >= self.give_up_at:
            self.mark_failed(error)
        else:
            pause = min(timedelta(seconds=15) * 2 ** min(self.attempts - 1, 8), LONGEST_PAUSE)
            self._as_read().update(next_attempt_at=at + pause, last_error=error)

    def send_again(self, *, at: datetime) -> None:
        """Puts a failed Message back in line."""
        Message.objects.failed().filter(pk=self.pk).update(
            state=self.State.WAITING, next_attempt_at=at, give_up_at=at + GIVE_UP_AFTER
        )

    def _as_read(self) -> MessageQuerySet:
        """This row, as long as no other worker began an attempt since it was read."""
        return Message.objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)
