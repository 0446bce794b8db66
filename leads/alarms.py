"""What needs somebody's attention. One small function for each thing that can go wrong or be late.

A check is asked at each look at the desk, so it puts one question to the database whose cost does not grow
with what the past has left behind: count up to a bound, and by an index. A new one is a line in CHECKS; one
that knows more than this app may know stands in `coaching_site.alarms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.humanize.templatetags.humanize import apnumber
from django.db.models import Q
from django.urls import reverse

from leads.ages import age, last_read
from leads.bounded import Number, number_of
from leads.desk_links import changelist
from leads.glance import Glance
from leads.models import (
    BookingRequest,
    BusyCalendar,
    Canary,
    Message,
    Stage,
    Status,
    WebhookEndpoint,
    WorkerSign,
)

GETS_THROUGH_WITHIN = timedelta(minutes=30)
"""Longer than a mail server or a receiver is usually away for a restart."""


class Severity(Enum):
    """How bad it is, in the word that staff read; the worst first."""

    BROKEN = "Broken"
    LATE = "Late"
    TO_DO = "To do"


@dataclass(frozen=True)
class Alarm:
    severity: Severity
    sentence: str
    url: str = ""
    """Where to see to it."""


@dataclass(frozen=True)
class Check:
    """One thing that is looked at: its name for “nothing is wrong with…”, who may know, and what finds it."""

    what: str
    find: Callable[[Glance], Iterator[Alarm]]
    permission: str = ""
    """Like "leads.view_message"; empty: all staff may know."""
    is_on: Callable[[], bool] = lambda: True
    """Otherwise it looks at nothing, and nobody is to believe that it did."""

    def is_for(self, user: User | AnonymousUser) -> bool:
        return self.is_on() and (not self.permission or user.has_perm(self.permission))


@dataclass(frozen=True)
class Findings:
    alarms: tuple[Alarm, ...]
    checked: tuple[str, ...]
    """What was looked at, whether or not it gave an alarm."""


def look_for(checks: Sequence[Check], user: User | AnonymousUser, glance: Glance) -> Findings:
    """What is wrong as far as this member of staff may know, the worst first."""
    mine = [check for check in checks if check.is_for(user)]
    found = [alarm for check in mine for alarm in check.find(glance)]
    worst_first = sorted(found, key=lambda alarm: list(Severity).index(alarm.severity))
    return Findings(tuple(worst_first), tuple(check.what for check in mine))


# --- The checks


def silent_worker(glance: Glance) -> Iterator[Alarm]:
    sign = WorkerSign.objects.first()
    if sign is None:
        yield Alarm(Severity.BROKEN, "The worker has never run: no mail leaves.")
    elif sign.seen_at < glance.at - WorkerSign.LATE_AFTER:
        silent = age(sign.seen_at, at=glance.at)
        yield Alarm(Severity.BROKEN, f"The worker has been silent for {silent}: no mail leaves.")


def canary_flies() -> bool:
    return bool(settings.CANARY_MINUTES)


def failing_canary(glance: Glance) -> Iterator[Alarm]:
    canary = glance.canary
    if canary and canary.is_failing:
        yield Alarm(Severity.BROKEN, f"Nobody can book a call. {canary.problem}", reverse("book"))


def late_canary(glance: Glance) -> Iterator[Alarm]:
    """It flies with the worker, and may be late for reasons of its own."""
    late_after = timedelta(minutes=settings.CANARY_MINUTES) * Canary.LATE_AFTER
    canary = glance.canary
    if canary and canary.due_at < glance.at - late_after:
        late = age(canary.due_at, at=glance.at)
        yield Alarm(
            Severity.LATE, f"For {late} nobody has looked whether a call can be booked: see to the worker."
        )


def canary_says(glance: Glance) -> str:
    """How the last flight went; empty before the first."""
    canary = glance.canary
    if canary is None or not (canary.passed_at or canary.failed_at):
        return ""
    if canary.passed_at is None:
        return "A call has never been booked by the canary."
    passed = f"The canary last booked a call {age(canary.passed_at, at=glance.at)} ago"
    return f"{passed}, and could not since then." if canary.failures else f"{passed}."


def failed_messages(glance: Glance) -> Iterator[Alarm]:
    if failed := number_of(Message.objects.failed()):
        yield Alarm(
            Severity.BROKEN,
            f"{in_words(failed, 'message')} could not be delivered.",
            changelist("message", state__exact=Message.State.FAILED),
        )


def unsent_mails(glance: Glance) -> Iterator[Alarm]:
    """What is still tried: a mail server that is away is seen here, days before a mail has failed."""
    late = Message.objects.mails().tried_in_vain_since(glance.at - GETS_THROUGH_WITHIN)
    if oldest := late.order_by("created_at").first():
        number = number_of(late)
        yield Alarm(
            Severity.LATE,
            f"{in_words(number, 'mail')} {'does' if number.value == 1 else 'do'} not get through, "
            f"the first for {age(oldest.created_at, at=glance.at)}.",
            changelist("message", state__exact=Message.State.WAITING),
        )


def failing_webhooks(glance: Glance) -> Iterator[Alarm]:
    """Those that fail for long, and those that were switched off for it."""
    long = Q(failing_since__lt=glance.at - GETS_THROUGH_WITHIN)
    for webhook in WebhookEndpoint.objects.filter(long | Q(failures__gt=0, off_at__isnull=False)):
        url = reverse("admin:leads_webhookendpoint_change", args=[webhook.pk])
        if webhook.off_at:
            yield Alarm(Severity.BROKEN, f"The webhook “{webhook}” was switched off.", url)
        else:
            since = age(webhook.failing_since or glance.at, at=glance.at)
            yield Alarm(Severity.LATE, f"The webhook “{webhook}” has failed for {since}.", url)


def stale_calendars(glance: Glance) -> Iterator[Alarm]:
    for calendar in BusyCalendar.objects.all():
        if calendar.is_stale(glance.at):
            read = last_read(calendar.read_at, at=glance.at)
            yield Alarm(
                Severity.BROKEN,
                f"The calendar “{calendar.name}” is out of date: {read}.",
                reverse("admin:leads_busycalendar_change", args=[calendar.pk]),
            )


def no_open_time(glance: Glance) -> Iterator[Alarm]:
    if not glance.times:
        days = glance.rules.horizon_days
        yield Alarm(
            Severity.BROKEN,
            f"Nobody can book a call: no time is open for {days} days.",
            changelist("weeklyhours"),
        )


def overdue_actions(glance: Glance) -> Iterator[Alarm]:
    """What staff meant to do before today."""
    if number := number_of(BookingRequest.objects.filter(next_action_on__lt=glance.today)):
        are = "is" if number.value == 1 else "are"
        yield Alarm(
            Severity.LATE,
            f"{in_words(number, 'next action')} {are} overdue.",
            changelist("bookingrequest", next="overdue"),
        )


def calls_without_an_end(glance: Glance) -> Iterator[Alarm]:
    """Calls that are over, of which nobody has said what became of them."""
    if over := number_of(BookingRequest.objects.over(glance.at)):
        are, them = ("is", "it") if over.value == 1 else ("are", "them")
        yield Alarm(
            Severity.TO_DO,
            f"{in_words(over, 'call')} {are} over. What came of {them}?",
            changelist("bookingrequest", call="past", status__exact=Status.CONFIRMED),
        )


def suspects(glance: Glance) -> Iterator[Alarm]:
    """A lost lead costs more than a spam lead, so somebody should look through what was set aside."""
    if number := number_of(BookingRequest.objects.at_stage(Stage.SUSPECTED)):
        are = "is" if number.value == 1 else "are"
        yield Alarm(
            Severity.TO_DO,
            f"{in_words(number, 'request')} {are} set aside as suspected spam.",
            reverse("admin:leads_bookingrequest_suspects"),
        )


def in_words(number: Number, noun: str) -> str:
    """“One message”, “Three messages”, “1,000+ messages”."""
    if number.value == 1:
        return f"One {noun}"
    count = str(number) if number.is_more else str(apnumber(number.value)).capitalize()
    return f"{count} {noun}s"


REQUESTS, MESSAGES, CALENDARS = "leads.view_bookingrequest", "leads.view_message", "leads.view_busycalendar"

CHECKS = [
    Check("the worker", silent_worker),
    Check("the booking form", failing_canary, is_on=canary_flies),
    Check("the canary", late_canary, is_on=canary_flies),
    Check("messages", failed_messages, MESSAGES),
    Check("the mail server", unsent_mails, MESSAGES),
    Check("webhooks", failing_webhooks, "leads.view_webhookendpoint"),
    Check("calendars", stale_calendars, CALENDARS),
    Check("open times", no_open_time, REQUESTS),
    Check("suspected spam", suspects, REQUESTS),
    Check("next actions", overdue_actions, REQUESTS),
    Check("past calls", calls_without_an_end, REQUESTS),
]
