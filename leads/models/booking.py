from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from leads import emails
from leads.models import correspondence, erasing, follow_up, suspects, taking_time
from leads.models.booking_page import BookingPage
from leads.models.booking_queryset import ANSWER_WITHIN, BookingRequestManager, BookingRequestQuerySet
from leads.models.event import BookingEvent
from leads.models.held_time import HeldTime, TimeTaken
from leads.models.message import Message
from leads.models.stale import Moved, Stale, TooLate
from leads.models.status import COMES_FROM, LIVE, Outcome, Stage, Status, stage_of
from leads.models.tag import Tag
from leads.models.waiting import TimeOffer
from leads.turn import calendar_turn
from leads.webhooks import payload

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


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
    created_at = models.DateTimeField("received", default=timezone.now, editable=False, db_index=True)

    erased_at = models.DateTimeField("erased", null=True, blank=True, editable=False)

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
    language = models.CharField(max_length=15, default="en-gb", help_text="For dates in mails.")
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
    source_name = models.CharField(
        "source", max_length=80, default="unknown", db_default="unknown", help_text="As the counters call it."
    )

    # What became of it.
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    starts_at = models.DateTimeField("time of the call", null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    on_waiting_list = models.BooleanField(default=False)
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often the calendar event changed (RFC 5545, SEQUENCE)."
    )
    promised_clock = models.CharField(
        max_length=16, blank=True, editable=False, help_text="The prospect’s wall-clock time, as it was told."
    )

    first_reply_at = models.DateTimeField("first reply by staff", null=True, blank=True, editable=False)

    suspicion = models.CharField(
        max_length=120,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="What made it look like spam; kept when it is restored.",
    )
    value = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="Of a signed client."
    )

    # What staff mean to do about it.
    assigned_to = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_requests"
    )
    next_action = models.CharField(max_length=120, blank=True, default="", db_default="")
    next_action_on = models.DateField(null=True, blank=True, help_text="A day by the coach’s calendar.")
    tags = models.ManyToManyField(Tag, blank=True, related_name="requests")

    is_canary = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Made by the site itself, for a moment."
    )

    waits_for_answer = models.GeneratedField(
        expression=Q(status=Status.REQUESTED),  # type: ignore[arg-type]  # as Django's documentation does
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = BookingRequestManager()
    everything = BookingRequestQuerySet.as_manager()
    """With the canary's, for where its own page is shown and its traces are removed."""
    if TYPE_CHECKING:
        events: RelatedManager[BookingEvent]
        held_times: RelatedManager[HeldTime]
        messages: RelatedManager[Message]
        offers: RelatedManager[TimeOffer]

    class Meta:
        verbose_name = "booking request"
        permissions = [("export_bookingrequest", "Can export booking requests")]
        indexes = [
            models.Index(fields=["status", "-created_at"], name="requests_by_status"),
            # Without it SQLite finds the calls of a week by their status, among all of the past.
            models.Index(fields=["status", "starts_at"], name="calls_by_status_and_time"),
            # The orders and filters of the list, each served without looking at every request.
            models.Index(fields=["-waits_for_answer", "-created_at", "-id"], name="requests_waiting_first"),
            models.Index(fields=["starts_at", "id"], name="requests_by_call"),
            models.Index(fields=["next_action_on", "id"], name="requests_by_next_action"),
            models.Index(fields=["outcome", "-created_at"], name="requests_by_outcome"),
            # A stage is counted in this index alone, and its newest are found there.
            models.Index(
                fields=["status", "outcome", "-created_at"],
                condition=Q(is_canary=False),
                name="requests_by_stage",
            ),
            models.Index(fields=["source_page", "-created_at"], name="requests_by_source_page"),
            models.Index(fields=["id"], condition=Q(is_canary=True), name="canaries"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(outcome__in=Outcome.values, status=Status.ATTENDED),
                name="only_an_attended_call_has_an_outcome",
            ),
            models.CheckConstraint(condition=~Q(consent=""), name="consent_was_given"),
            models.CheckConstraint(
                condition=~Q(status=Status.SUSPECTED) | ~Q(suspicion=""), name="a_suspicion_has_a_reason"
            ),
            models.CheckConstraint(
                # To compare with nothing gives nothing, which a database lets pass: hence both “not null”.
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at")),
                name="a_call_has_a_start_and_an_end",
            ),
            models.CheckConstraint(
                condition=Q(on_waiting_list=False) | Q(starts_at=None),
                name="who_has_a_time_does_not_wait_for_one",
            ),
            models.CheckConstraint(
                condition=Q(next_action="", next_action_on=None)
                | (~Q(next_action="") & Q(next_action_on__isnull=False)),
                name="a_next_action_has_words_and_a_day",
            ),
            models.CheckConstraint(
                condition=Q(value=None) | Q(value__isnull=False, value__gte=0, outcome=Outcome.SIGNED),
                name="only_a_signed_client_has_a_value",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    name=erasing.ERASED,
                    email__endswith="@erased.invalid",
                    canonical_email__endswith="@erased.invalid",
                    role="",
                    goals="",
                    profile_url="",
                    wished_time="",
                ),
                name="an_erased_request_names_nobody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}"

    def get_absolute_url(self) -> str:
        return reverse("call", args=[self.token])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with calendar_turn():
            return super().delete(*args, **kwargs)

    def can_become(self, status: Status) -> bool:
        return not self.erased_at and self.status in COMES_FROM.get(status, ())

    def is_overdue(self, *, at: datetime) -> bool:
        return self.status == Status.REQUESTED and at - self.created_at > ANSWER_WITHIN

    def is_ahead(self, at: datetime) -> bool:
        """Whether the prospect may still move it or call it off."""
        return self.status in LIVE and (self.starts_at is None or self.starts_at > at)

    @property
    def stage(self) -> Stage:
        return stage_of(self.status, self.outcome)

    @property
    def is_confirmed(self) -> bool:
        return self.status == Status.CONFIRMED

    @property
    def how_to_join(self) -> str:
        """What confirmed prospects alone are told. Empty: nothing to tell, or not to this one."""
        return BookingPage.current().how_to_join if self.is_confirmed else ""

    @property
    def clock_has_changed(self) -> bool:
        """Whether new clock rules moved the call on the prospect's wall since its time was told."""
        return self.starts_at is not None and self.promised_clock != self._wall_clock(self.starts_at)

    # --- What the prospect does with it.

    submit = taking_time.submit
    move = taking_time.move

    def cancel(self, *, by: User | None, at: datetime) -> None:
        """The prospect (`by` nobody) or staff call it off. Raises TooLate for a prospect after the start."""
        with self._in_turn():
            self._check_may_change(by, at)
            was_invited = self.is_confirmed
            self._advance(to=Status.CANCELLED, by=by, at=at, sequence=self.sequence + 1)
            Message.queue(
                emails.cancellation(self, was_invited=was_invited),
                *([] if by else [emails.cancelled_notice(self)]),
            )
            self._free_its_time(at)

    # --- What staff do with it. Each verb raises Stale when somebody decided first.

    def confirm(self, *, by: User, at: datetime) -> None:
        with self._in_turn():
            self._advance(to=Status.CONFIRMED, by=by, at=at)
            Message.queue(emails.confirmation(self))

    def decline(self, *, by: User, at: datetime) -> None:
        with self._in_turn():
            self._advance(to=Status.DECLINED, by=by, at=at)
            Message.queue(emails.refusal(self))
            self._free_its_time(at)

    def mark_attended(self, *, by: User, at: datetime) -> None:
        with transaction.atomic():
            self._advance(to=Status.ATTENDED, by=by, at=at)

    def mark_no_show(self, *, by: User, at: datetime) -> None:
        """Also takes back an outcome: a call that did not happen has none."""
        with transaction.atomic():
            self._advance(to=Status.NO_SHOW, by=by, at=at, outcome="", value=None)

    def record_outcome(
        self, outcome: Outcome, *, by: User, at: datetime, value: Decimal | None = None
    ) -> None:
        """What came of an attended call; it may change, as when an offer is signed later.

        A signed client has a value, where it is known, in the currency of CallRules.
        """
        with transaction.atomic():
            before = follow_up.result(self.outcome, self.value)
            self._change({Status.ATTENDED}, outcome=outcome, value=value)
            after = follow_up.result(outcome, value)
            text = f"{before} → {after}" if before else after
            self._record(BookingEvent.Kind.OUTCOME, by=by, at=at, text=text)

    def add_note(self, text: str, *, by: User, at: datetime) -> None:
        self._record(BookingEvent.Kind.NOTE, by=by, at=at, text=text)

    write, not_now = correspondence.write, correspondence.not_now
    can_be_told_not_now = property(correspondence.can_be_told_not_now)
    kind_words = property(correspondence.kind_words)
    suspect, restore = suspects.suspect, suspects.restore
    suspicions = property(suspects.suspicions)

    assign, plan, tag, untag = follow_up.assign, follow_up.plan, follow_up.tag, follow_up.untag
    assignee, planned = property(follow_up.assignee), property(follow_up.planned)
    erase, is_open = erasing.erase, erasing.is_open

    # --- The steps that the verbs share.

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """A calendar turn that works on the row as it stands then: what was read before the wait for it may
        be outdated, and no mail is to repeat it. A change that fails leaves nothing on this object either."""
        as_stored = vars(self).copy()
        seen = self.starts_at, self.sequence
        try:
            with calendar_turn():
                self.refresh_from_db(from_queryset=BookingRequest.objects.select_for_update(no_key=True))
                as_stored = vars(self).copy()
                self._check_not_moved(seen)
                yield
        except Exception:
            vars(self).update(as_stored)
            raise

    def _check_not_moved(self, seen: tuple[datetime | None, int]) -> None:
        """Raises Moved when whoever acts had another time before their eyes."""
        if self.status in LIVE and seen != (self.starts_at, self.sequence):
            raise Moved(self)

    def _check_may_change(self, by: User | None, at: datetime) -> None:
        if self.status not in LIVE:
            raise Stale(self)
        if not by and not self.is_ahead(at):
            raise TooLate

    def _check_limits(self, starts_at: datetime, *, at: datetime) -> None:
        """Counted after the time is held and in a turn, so that two cannot both be the last of a week."""
        from leads.open_times import is_overfull_on  # It reads this model.

        if is_overfull_on(starts_at, at=at):
            raise TimeTaken(starts_at)

    def _free_its_time(self, at: datetime) -> None:
        HeldTime.release(self)
        self._close_offers(at)
        self._pass_on_what_is_free(at)

    def _close_offers(self, at: datetime) -> None:
        """Nothing is kept for it any more, and what the clock had queued for its old time is outdated."""
        TimeOffer.objects.open().filter(booking=self).update(closed_at=at)
        outdated = Message.objects.caused_by_clock().waiting().filter(booking=self)
        outdated.update(state=Message.State.WITHDRAWN)

    def _pass_on_what_is_free(self, at: datetime) -> None:
        from leads import waiting_list  # It reads this model.

        waiting_list.offer_open_times(at)

    def _wall_clock(self, instant: datetime) -> str:
        return f"{instant.astimezone(ZoneInfo(self.time_zone)):%Y-%m-%dT%H:%M}"

    def _advance(self, *, to: Status, by: User | None, at: datetime, **changes: Any) -> None:
        self._change(COMES_FROM[to], status=to, **changes)
        self._record(BookingEvent.Kind(to), by=by, at=at)

    def _change(self, from_: Collection[Status], **changes: Any) -> None:
        """Changes the row only while its status is one of `from_`, so that of two hands one wins."""
        same = BookingRequest.objects.filter(pk=self.pk, status__in=from_, erased_at=None)
        if not same.update(**changes):
            self.refresh_from_db()
            raise Stale(self)
        for name, value in changes.items():
            setattr(self, name, value)

    def _record(self, kind: BookingEvent.Kind, *, by: User | None, at: datetime, text: str = "") -> None:
        """Every verb writes its line of the history here, in the transaction of what it changes."""
        if self.erased_at:
            raise Stale(self)
        self.events.create(kind=kind, by=by, at=at, text=text)
        correspondence.note_reply(self, kind, by=by, at=at)
        payload.tell(self, kind, at=at)
