from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse

from leads import emails
from leads.addresses import canonical_address
from leads.models.event import BookingEvent
from leads.models.message import Message

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Status(models.TextChoices):
    REQUESTED = "requested", "Requested"
    CONFIRMED = "confirmed", "Confirmed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    ATTENDED = "attended", "Attended"
    NO_SHOW = "no_show", "No-show"


class Outcome(models.TextChoices):
    OFFER_MADE = "offer_made", "Offer made"
    SIGNED = "signed", "Signed"
    NOT_A_FIT = "not_a_fit", "Not a fit"
    LATER = "later", "Later"


COMES_FROM = {
    Status.CONFIRMED: {Status.REQUESTED},
    Status.DECLINED: {Status.REQUESTED},
    Status.CANCELLED: {Status.REQUESTED, Status.CONFIRMED},
    Status.ATTENDED: {Status.CONFIRMED, Status.NO_SHOW},
    Status.NO_SHOW: {Status.CONFIRMED, Status.ATTENDED},
}
"""Which statuses a request may leave for each other one."""

ANSWER_WITHIN = timedelta(hours=24)
"""A request that waits longer is overdue."""


class Stale(Exception):
    """Somebody else changed the request first. The text says what it is now."""

    def __init__(self, booking: BookingRequest) -> None:
        self.booking = booking
        super().__init__(f"This request is {booking.get_status_display().lower()} already.")


class BookingRequestQuerySet(models.QuerySet["BookingRequest"]):
    def awaiting_reply(self) -> Self:
        return self.filter(status=Status.REQUESTED)

    def waiting_first(self) -> Self:
        """The newest request that waits for an answer, then the rest, newest first."""
        waits = models.Case(models.When(status=Status.REQUESTED, then=0), default=1)
        return self.order_by(waits, "-created_at", "-pk")

    def from_same_address(self, booking: BookingRequest) -> Self:
        """Earlier requests of the same address: shown beside a request, never merged into it."""
        return self.filter(canonical_email=booking.canonical_email, pk__lt=booking.pk).order_by("-pk")


def new_token() -> str:
    """192 random bits for an address that only the prospect and staff know."""
    return secrets.token_urlsafe(24)


class BookingRequest(models.Model):
    """A prospect's submission. What the prospect sent never changes; what became of it does, by verbs."""

    class Experience(models.TextChoices):
        UNDER_2 = "under_2", "Less than 2"
        FROM_2 = "2_to_4", "2 to 4"
        FROM_5 = "5_to_8", "5 to 8"
        OVER_8 = "over_8", "More than 8"

    class Direction(models.TextChoices):
        ARCHITECT = "architect", "Move into architecture"
        STAFF = "staff", "Stay hands-on as a Staff or Principal engineer"
        FIRST_ROLE = "first_role", "Land my first AI engineering role"
        UNSURE = "unsure", "I don’t know yet, and want to talk it through"

    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    fingerprint = models.CharField(
        max_length=64, unique=True, editable=False, help_text="The same form sent twice has the same one."
    )
    created_at = models.DateTimeField("received", auto_now_add=True, db_index=True)

    # What the prospect sent.
    name = models.CharField(max_length=100)
    email = models.EmailField()
    canonical_email = models.CharField(max_length=254, db_index=True, editable=False)
    time_zone = models.CharField(max_length=64)
    role = models.CharField("current role", max_length=100)
    experience = models.CharField("years of experience", max_length=8, choices=Experience)
    direction = models.CharField(max_length=12, choices=Direction)
    goals = models.TextField("what would make the call worth it", max_length=2000)
    profile_url = models.URLField("profile", max_length=300, blank=True)
    wished_time = models.CharField(max_length=300, blank=True)
    consent = models.CharField(max_length=300, help_text="As it was worded.")
    mail_consent = models.CharField(
        max_length=300, blank=True, help_text="As it was worded; empty: not given."
    )

    # Where the prospect came from.
    source_page = models.CharField(max_length=80, blank=True)
    source_cta = models.CharField("button", max_length=80, blank=True)
    utm_source = models.CharField(max_length=100, blank=True)
    utm_medium = models.CharField(max_length=100, blank=True)
    utm_campaign = models.CharField(max_length=100, blank=True)
    utm_term = models.CharField(max_length=100, blank=True)
    utm_content = models.CharField(max_length=100, blank=True)

    # What became of it.
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)

    objects = BookingRequestQuerySet.as_manager()
    if TYPE_CHECKING:
        events: RelatedManager[BookingEvent]

    class Meta:
        verbose_name = "booking request"
        indexes = [models.Index(fields=["status", "-created_at"], name="requests_by_status")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=Outcome.values, status=Status.ATTENDED),
                name="only_an_attended_call_has_an_outcome",
            ),
            models.CheckConstraint(condition=~Q(consent=""), name="consent_was_given"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.token])

    def can_become(self, status: Status) -> bool:
        return self.status in COMES_FROM.get(status, ())

    def is_overdue(self, *, at: datetime) -> bool:
        return self.status == Status.REQUESTED and at - self.created_at > ANSWER_WITHIN

    def submit(self) -> BookingRequest:
        """Stores the request with its first event and its Messages, all or nothing.

        Returns the stored request, which is an earlier one when the same form was sent before.
        """
        try:
            with transaction.atomic():
                self.canonical_email = canonical_address(self.email)
                self.save(force_insert=True)
                self.events.create(kind=BookingEvent.Kind.REQUESTED)
                Message.queue(emails.acknowledgement(self), emails.staff_notice(self))
        except IntegrityError:
            twin = BookingRequest.objects.filter(fingerprint=self.fingerprint).first()
            if twin is None:
                raise
            return twin
        return self

    # --- What staff do with it. Each verb raises Stale when somebody decided first.

    def confirm(self, *, by: User) -> None:
        with transaction.atomic():
            self._advance(to=Status.CONFIRMED, by=by)
            Message.queue(emails.confirmation(self))

    def decline(self, *, by: User) -> None:
        with transaction.atomic():
            self._advance(to=Status.DECLINED, by=by)
            Message.queue(emails.refusal(self))

    def cancel(self, *, by: User) -> None:
        with transaction.atomic():
            self._advance(to=Status.CANCELLED, by=by)
            Message.queue(emails.cancellation(self))

    def mark_attended(self, *, by: User) -> None:
        with transaction.atomic():
            self._advance(to=Status.ATTENDED, by=by)

    def mark_no_show(self, *, by: User) -> None:
        """Also takes back an outcome: a call that did not happen has none."""
        with transaction.atomic():
            self._advance(to=Status.NO_SHOW, by=by, outcome="")

    def record_outcome(self, outcome: Outcome, *, by: User) -> None:
        """What came of an attended call; it may change, as when an offer is signed later."""
        with transaction.atomic():
            self._change({Status.ATTENDED}, outcome=outcome)
            self.events.create(kind=BookingEvent.Kind.OUTCOME, by=by, text=outcome.label)

    def add_note(self, text: str, *, by: User) -> None:
        self.events.create(kind=BookingEvent.Kind.NOTE, by=by, text=text)

    def _advance(self, *, to: Status, by: User, **changes: Any) -> None:
        self._change(COMES_FROM[to], status=to, **changes)
        self.events.create(kind=BookingEvent.Kind(to), by=by)

    def _change(self, from_: Collection[Status], **changes: Any) -> None:
        """Changes the row only while its status is one of `from_`, so that of two hands one wins."""
        if not BookingRequest.objects.filter(pk=self.pk, status__in=from_).update(**changes):
            self.refresh_from_db()
            raise Stale(self)
        for name, value in changes.items():
            setattr(self, name, value)
