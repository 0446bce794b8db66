"""The outbox: what is to be sent, written in the transaction of its cause and sent by the worker.

A worker claims a due Message by moving its next attempt beyond the time that an attempt can take. A
worker that dies in the middle therefore leads to another attempt, never to silence: delivery is at
least once, and each attempt carries the same Message-ID, or the same id of the webhook.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils import timezone

from leads.models.retries import GIVE_UP_CALL_AFTER, next_retry

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from leads.models.webhook import WebhookAttempt

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

    def mails(self) -> Self:
        return self.filter(endpoint=None)

    def webhooks(self) -> Self:
        return self.filter(endpoint__isnull=False)

    def ready_to_call(self, at: datetime) -> Self:
        """Webhooks whose endpoint is on and does not rest after a failure."""
        rested = Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=at)
        return self.webhooks().filter(rested, endpoint__off_at=None)

    def waiting(self) -> Self:
        return self.filter(state=Message.State.WAITING)

    def caused_by_clock(self) -> Self:
        """Reminders and the like, which are true only as long as the call keeps its time."""
        return self.filter(occasion__isnull=False)

    def tried_in_vain_since(self, instant: datetime) -> Self:
        """Older than that, attempted, and still not through."""
        return self.waiting().filter(attempts__gt=0, created_at__lt=instant)

    def failed(self) -> Self:
        return self.filter(state=Message.State.FAILED)

    def repeatable(self) -> Self:
        """Failed mails, and webhooks that are done, whatever became of them: a receiver knows a repeat by
        its id."""
        failed_mails = Q(endpoint=None, state=Message.State.FAILED)
        done_webhooks = Q(endpoint__isnull=False) & ~Q(state=Message.State.WAITING)
        return self.filter(failed_mails | done_webhooks).exclude(booking__erased_at__isnull=False)


class Message(models.Model):
    """One outgoing mail or webhook call: what it says, its state, and its attempts.

    A mail goes to its recipient; a webhook to its endpoint, with its type as the subject and its JSON as
    the text.
    """

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
        NOT_NOW = "not_now", "Answer “not now”"
        REPLY = "reply", "Letter"
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
        WEBHOOK_OFF = "webhook_off", "Notice to staff: a webhook was switched off"
        CANARY_FAILS = "canary_fails", "Warning to staff: no call can be booked"
        CANARY_PASSES = "canary_passes", "All-clear to staff: calls can be booked again"
        TEST = "test", "Test"
        WEBHOOK = "webhook", "Webhook"

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
    recipient = models.EmailField(blank=True)
    endpoint = models.ForeignKey(
        "leads.WebhookEndpoint",
        verbose_name="webhook",
        on_delete=models.CASCADE,
        related_name="messages",
        null=True,
        blank=True,
    )
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
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
    if TYPE_CHECKING:
        attempt_log: RelatedManager[WebhookAttempt]

    class Meta:
        ordering = ["-created_at", "-pk"]
        permissions = [("export_message", "Can export messages")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="waiting_messages"),
            # A few among all that were sent.
            models.Index(fields=["created_at"], condition=Q(state="failed"), name="failed_messages"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="a_sent_message_says_when",
            ),
            models.CheckConstraint(
                condition=(Q(endpoint=None) & ~Q(recipient="")) | Q(endpoint__isnull=False, recipient=""),
                name="a_message_has_a_recipient_or_an_endpoint",
            ),
            models.CheckConstraint(
                condition=(Q(endpoint=None) & ~Q(kind="webhook"))
                | Q(endpoint__isnull=False, kind="webhook", reply_to="", html="", calendar=""),
                name="a_webhook_has_nothing_of_a_mail",
            ),
            models.CheckConstraint(
                condition=~Q(subject__contains="\n") & ~Q(subject__contains="\r"),
                name="the_subject_of_a_message_is_one_line",
            ),
        ]

    def __str__(self) -> str:
        return self.subject if self.is_webhook else self.get_kind_display()

    @property
    def is_webhook(self) -> bool:
        return self.endpoint_id is not None

    @property
    def is_repeatable(self) -> bool:
        if self.booking and self.booking.erased_at:
            return False
        if self.endpoint:
            return self.state != self.State.WAITING and self.endpoint.off_at is None
        return self.state == self.State.FAILED

    @property
    def is_written_by_staff(self) -> bool:
        return self.kind in {self.Kind.REPLY, self.Kind.NOT_NOW}

    @staticmethod
    def queue(*messages: Message) -> None:
        Message.objects.bulk_create(messages)

    @staticmethod
    def queue_new(message: Message) -> bool:
        """Whether it was queued. The same one may be there already, as after a double click."""
        try:
            with transaction.atomic():
                message.save(force_insert=True)
        except IntegrityError:
            if not Message.objects.filter(key=message.key, booking=message.booking).exists():
                raise
            return False
        return True

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

    def came_back(self, reason: str) -> None:
        """It had been sent, and did not arrive or was not wanted: from now on it has failed."""
        sent = Message.objects.filter(pk=self.pk, state=self.State.SENT)
        sent.update(state=self.State.FAILED, sent_at=None, last_error=reason)

    def withdraw(self, reason: str) -> None:
        """Does not send it: what it says is true no more."""
        self._as_read().update(state=self.State.WITHDRAWN, last_error=reason)

    def has_lapsed(self, at: datetime) -> bool:
        """Whether a mail that the clock caused comes too late. Any other mail is better late than never."""
        return self.occasion is not None and at >= self.give_up_at

    def postpone(self, error: str, *, at: datetime, not_before: datetime | None = None) -> None:
        """Tries again after a pause that grows with the attempts, until it is time to give up."""
        following = self._next_attempt(at)
        if following is None:
            self.mark_failed(error)
        else:
            following = max(following, not_before or following)
            self._as_read().update(next_attempt_at=following, last_error=error)

    def _next_attempt(self, at: datetime) -> datetime | None:
        if self.is_webhook:
            began: datetime = self.give_up_at - GIVE_UP_CALL_AFTER
            return next_retry(began, at, spread=self._spread)
        if at >= self.give_up_at:
            return None
        pause: timedelta = min(timedelta(seconds=15) * 2 ** min(self.attempts - 1, 8), LONGEST_PAUSE)
        return at + pause

    @property
    def _spread(self) -> float:
        """Up to a tenth, by the key, which is random: no two installations come again at the same instant."""
        thousandth: int = self.key.int % 1000
        return thousandth / 10_000

    def send_again(self, *, at: datetime) -> bool:
        """Puts a failed Message, or a webhook that is done, back in line. False when it may not go again."""
        repeatable = Message.objects.repeatable().filter(pk=self.pk)
        give_up_at = at + (GIVE_UP_CALL_AFTER if self.is_webhook else GIVE_UP_AFTER)
        return bool(
            repeatable.update(
                state=self.State.WAITING, next_attempt_at=at, give_up_at=give_up_at, sent_at=None
            )
        )

    def _as_read(self) -> MessageQuerySet:
        """This row, as long as no other worker began an attempt since it was read."""
        return Message.objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)
