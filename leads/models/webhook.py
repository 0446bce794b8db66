"""Where webhooks go, and what was answered there."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.models.message import Message
from leads.models.retries import GIVE_UP_CALL_AFTER, next_retry
from leads.outside import Refused, is_public, target_of

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

OLD_SECRET_COUNTS_FOR = timedelta(hours=24)
SECRET_BYTES = 32
ANSWER_KEPT = 1000
"""Characters of an answer that are kept: enough for a reason, too few for a copy of somebody's data."""


def new_secret() -> str:
    """256 random bits, as the Standard Webhooks scheme writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def callable_address(value: str) -> None:
    """Refuses what could never be called. Where a name leads is looked up anew at each call."""
    try:
        host = target_of(value).host
    except Refused as error:
        raise ValidationError(str(error)) from error
    if not value.strip().startswith("https://"):
        raise ValidationError("Only addresses that start with https:// can be used.")
    if _is_an_address(host) and not is_public(host):
        raise ValidationError("The address leads into a private network.")


def _is_an_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class WebhookEvent(models.TextChoices):
    """What an endpoint can be told of."""

    REQUESTED = "requested", "A call is asked for"
    CONFIRMED = "confirmed", "A call is confirmed"
    DECLINED = "declined", "A request is declined"
    MOVED = "moved", "A call gets another time, or its first"
    CANCELLED = "cancelled", "A call is cancelled"
    OUTCOME = "outcome", "What came of a call: attended, no-show, offer, signed, …"

    @property
    def type(self) -> str:
        """Its name on the wire."""
        return f"booking.{self.value}"


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def on(self) -> Self:
        return self.filter(off_at=None)


class WebhookEndpoint(models.Model):
    """An address of another program that is told of bookings, in calls signed with a secret of its own."""

    name = models.CharField(max_length=80, help_text="Which program listens there, like “CRM”.")
    url = models.CharField(
        "address",
        max_length=500,
        validators=[callable_address],
        help_text="An https address on the public net. Treat it as a secret if it holds a key.",
    )
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    old_secret = models.CharField(max_length=100, blank=True, db_default="", editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    wants_requested = models.BooleanField(WebhookEvent.REQUESTED.label, default=True)
    wants_confirmed = models.BooleanField(WebhookEvent.CONFIRMED.label, default=True)
    wants_declined = models.BooleanField(WebhookEvent.DECLINED.label, default=True)
    wants_moved = models.BooleanField(WebhookEvent.MOVED.label, default=True)
    wants_cancelled = models.BooleanField(WebhookEvent.CANCELLED.label, default=True)
    wants_outcome = models.BooleanField(WebhookEvent.OUTCOME.label, default=True)

    off_at = models.DateTimeField("switched off", null=True, blank=True, editable=False)
    off_reason = models.CharField(max_length=200, blank=True, editable=False)
    failures = models.PositiveIntegerField(
        default=0, editable=False, help_text="Attempts in a row that failed."
    )
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    rests_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="No call before, whatever waits."
    )

    objects = WebhookEndpointQuerySet.as_manager()
    if TYPE_CHECKING:
        messages: RelatedManager[Message]

    class Meta:
        verbose_name = "webhook"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(off_at=None, off_reason="") | (Q(off_at__isnull=False) & ~Q(off_reason="")),
                name="a_webhook_that_is_off_says_why",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
                name="a_failing_webhook_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(old_secret="", old_secret_until=None)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
                name="an_old_secret_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(*((f"wants_{event}", True) for event in WebhookEvent.values), _connector=Q.OR),
                name="a_webhook_wants_some_event",
                violation_error_message="Choose at least one event; to tell it nothing, switch it off.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def events(self) -> list[WebhookEvent]:
        return [event for event in WebhookEvent if getattr(self, f"wants_{event.value}")]

    def secrets_at(self, at: datetime) -> list[str]:
        """Those to sign with: for a while after a change also the old one, so that receivers can follow."""
        old_counts = self.old_secret_until is not None and at < self.old_secret_until
        return [self.secret, *([self.old_secret] if old_counts else [])]

    @classmethod
    def wanting(cls, event: WebhookEvent) -> list[Self]:
        """Those that are on and want to know. Asked in SQL, because every booking asks."""
        query = (
            f"SELECT * FROM {cls._meta.db_table} WHERE off_at IS NULL AND wants_{event.value} ORDER BY name"  # noqa: S608 (our own names)
        )
        return [*cls.objects.raw(query)]

    # --- What staff do with it.

    def change_secret(self, *, at: datetime) -> None:
        """A new secret. The one before it counts for a day more; one older than that no longer."""
        self._change(secret=new_secret(), old_secret=self.secret, old_secret_until=at + OLD_SECRET_COUNTS_FOR)

    def switch_on(self) -> None:
        """With a clean slate. What failed meanwhile stays failed until somebody sends it again."""
        self._change(off_at=None, off_reason="", failures=0, failing_since=None, rests_until=None)

    def switch_off(self, reason: str, *, at: datetime) -> bool:
        """No more calls, and what waits for one has failed. False when it was off already."""
        on = WebhookEndpoint.objects.on().filter(pk=self.pk)
        was_on = bool(on.update(off_at=at, off_reason=reason))
        if was_on:
            self.messages.filter(state=Message.State.WAITING).update(
                state=Message.State.FAILED, last_error=f"Switched off: {reason}"
            )
            self.off_at, self.off_reason = at, reason
        return was_on

    def try_soon(self) -> None:
        """Ends a rest: staff expect an answer."""
        self._change(rests_until=None)

    # --- What the worker notes.

    def note_success(self) -> None:
        self._change(failures=0, failing_since=None, rests_until=None)

    def note_failure(self, *, began: datetime, at: datetime, not_before: datetime) -> None:
        """An attempt that began at `began` had failed at `at`. However many calls wait, one at a time tries
        whether the receiver is back, and the pauses between those tries grow."""
        since = self.failing_since or began
        retry = next_retry(since, at)
        self._change(
            failures=F("failures") + 1,
            failing_since=Coalesce(F("failing_since"), began),
            rests_until=max(retry or at, not_before),
        )
        self.refresh_from_db(fields=["failures", "failing_since"])

    def has_failed_too_long(self, at: datetime) -> bool:
        return self.failing_since is not None and at - self.failing_since >= GIVE_UP_CALL_AFTER

    def _change(self, **changes: Any) -> None:
        """Changes the row alone: staff may be editing the name or the address at the same time."""
        WebhookEndpoint.objects.filter(pk=self.pk).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)


class WebhookAttempt(models.Model):
    """One attempt at one call: when, how long, and what was answered, or why nothing was."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempt_log")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, max_length=ANSWER_KEPT)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__isnull=False, error="") | (Q(status=None, answer="") & ~Q(error="")),
                name="an_attempt_has_a_status_or_an_error",
            )
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}. {self.in_words}"

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def in_words(self) -> str:
        return self.error or f"It was answered with status {self.status}."
