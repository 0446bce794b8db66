"""Nothing is kept longer than the rules say: what will go, and its going, a few rows in each round.

A day's work is a row, so that it is done once, goes on where a worker died, and catches up after a
standstill: it looks for what is due, never for what is due exactly today.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from leads.models import (
    BookingEvent,
    BookingRequest,
    CallRules,
    Message,
    Outcome,
    RetentionRules,
    RetentionRun,
    Status,
)
from leads.privacy import register
from leads.turn import calendar_turn

logger = logging.getLogger(__name__)

ROWS = 50
SLICE = timedelta(seconds=1)
"""How long it may keep the worker from its next round, which sends mail."""

LOOKED_AT_EVERY = timedelta(seconds=5)

DEALINGS = [
    BookingEvent.Kind.SUSPECTED,
    BookingEvent.Kind.RESTORED,
    BookingEvent.Kind.REQUESTED,
    BookingEvent.Kind.CONFIRMED,
    BookingEvent.Kind.DECLINED,
    BookingEvent.Kind.NOT_NOW,
    BookingEvent.Kind.WROTE,
    BookingEvent.Kind.CANCELLED,
    BookingEvent.Kind.MOVED,
    BookingEvent.Kind.OFFERED,
    BookingEvent.Kind.ATTENDED,
    BookingEvent.Kind.NO_SHOW,
    BookingEvent.Kind.OUTCOME,
]
"""Events that count as the last one. A note among colleagues is none: it must not keep a person's data."""


@dataclass(frozen=True)
class Kind:
    """Requests that are kept equally long."""

    rule: str
    """The field of the rules."""
    which: Q

    @property
    def label(self) -> str:
        return str(RetentionRules._meta.get_field(self.rule).verbose_name).capitalize()  # type: ignore[union-attr]

    def days(self, rules: RetentionRules) -> int | None:
        days: int | None = getattr(rules, self.rule)
        return days

    def due(self, rules: RetentionRules, at: datetime) -> QuerySet[Any]:
        """What is kept no longer at the instant `at`. None when the rule is to keep it."""
        days = self.days(rules)
        if days is None:
            return BookingRequest.objects.none()
        return with_last_event().filter(self.which, last_event__lte=at - timedelta(days=days))


KINDS = [
    Kind("suspected_days", Q(status=Status.SUSPECTED)),
    Kind("declined_days", Q(status__in=[Status.DECLINED, Status.CANCELLED])),
    Kind(
        "missed_days",
        Q(status=Status.NO_SHOW) | Q(status=Status.ATTENDED, outcome__in=[Outcome.NOT_A_FIT, Outcome.LATER]),
    ),
    Kind("unanswered_days", Q(status=Status.REQUESTED)),
    Kind(
        "talk_days",
        Q(status=Status.CONFIRMED) | Q(status=Status.ATTENDED, outcome__in=["", Outcome.OFFER_MADE]),
    ),
    Kind("client_days", Q(status=Status.ATTENDED, outcome=Outcome.SIGNED)),
]
"""Each request is of one kind."""


def with_last_event() -> QuerySet[Any]:
    """Whole requests, each with the instant of the last thing that happened: a dealing, or the call's end."""
    events = BookingEvent.objects.filter(booking=OuterRef("pk"), kind__in=DEALINGS).order_by("-at")
    return BookingRequest.objects.filter(erased_at=None).annotate(
        last_event=Greatest(
            F("created_at"),
            Coalesce("ends_at", "created_at"),
            Coalesce(Subquery(events.values("at")[:1]), "created_at"),
            output_field=DateTimeField(),
        )
    )


def due(rules: RetentionRules, at: datetime) -> QuerySet[Any]:
    """All that is kept no longer, of whatever kind."""
    is_due = Q(pk__in=[])
    for kind in KINDS:
        if (days := kind.days(rules)) is not None:
            is_due |= kind.which & Q(last_event__lte=at - timedelta(days=days))
    return with_last_event().filter(is_due)


def long_mails(rules: RetentionRules, at: datetime) -> QuerySet[Message]:
    """Sent mails whose text is kept no longer."""
    if rules.mail_days is None:
        return Message.objects.none()
    mails = Message.objects.filter(endpoint=None, state=Message.State.SENT)
    sent = mails.filter(sent_at__lte=at - timedelta(days=rules.mail_days))
    return sent.exclude(text="", html="", calendar="")


# --- Carrying it out


def carry_out(at: datetime) -> None:
    """The worker's part: goes on with the day's work until it is done or a slice of time has passed."""
    run = run_of_today(at)
    ends = at + SLICE
    while run.finished_at is None and at < ends:
        go_on(run, at=at)
        at = timezone.now()


def run_of_today(at: datetime) -> RetentionRun:
    day = CallRules.current().day_of(at)
    return RetentionRun.objects.get_or_create(day=day, defaults={"begun_at": at})[0]


def go_on(run: RetentionRun, *, at: datetime) -> None:
    """A few more requests, then a few more mails, then the day's work is done."""
    rules = RetentionRules.current()
    requests = list(due(rules, at).filter(pk__gt=run.reached).order_by("pk")[:ROWS])
    for booking in requests:
        _erase(booking, run, rules, at)
    if requests:
        run.reached = requests[-1].pk
    elif not (shortened := shorten_some(rules, at)):
        register.write_missing()
        run.finished_at = at
    else:
        run.shortened += shortened
    run.save()


def _erase(booking: BookingRequest, run: RetentionRun, rules: RetentionRules, at: datetime) -> None:
    """One bad row does not stop the rest."""
    try:
        with calendar_turn():
            # Somebody may have answered it since it was read.
            if due(rules, at).filter(pk=booking.pk).exists():
                booking.erase(by=None, at=at)
                run.erased += 1
    except Exception:
        logger.exception("retention of booking request %s", booking.pk)
        run.failed += 1


def shorten_some(rules: RetentionRules, at: datetime) -> int:
    keys = list(long_mails(rules, at).values_list("pk", flat=True)[:ROWS])
    return Message.objects.filter(pk__in=keys).update(text="", html="", calendar="")


# --- What will go


@dataclass(frozen=True)
class Forecast:
    """What goes of one kind today, and until a later day."""

    label: str
    days: int | None
    today: int
    until: int
    first: list[tuple[BookingRequest, datetime]]
    """Some of them, with the instant from which each goes, the next first."""

    @property
    def more(self) -> int:
        return self.until - len(self.first)


def forecast(
    rules: RetentionRules, *, at: datetime, days_ahead: int = 30, shown: int = 20
) -> Iterator[Forecast]:
    ahead = at + timedelta(days=days_ahead)
    for kind in KINDS:
        days = kind.days(rules)
        coming = kind.due(rules, ahead)
        yield Forecast(
            kind.label,
            days,
            today=kind.due(rules, at).count(),
            until=coming.count(),
            first=[
                (booking, booking.last_event + timedelta(days=days or 0))
                for booking in coming.order_by("last_event", "pk")[:shown]
            ],
        )
