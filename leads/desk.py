"""What the first page of the staff desk tells those who answer requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, Q

from leads import clock, desk_charts
from leads.ages import age
from leads.alarms import in_words
from leads.board import board
from leads.bounded import Number, number_of
from leads.charts import share
from leads.desk_links import changelist
from leads.four_weeks import DAYS, FourWeeks, Total, four_weeks
from leads.glance import Glance
from leads.models import BookingRequest, Status

SHOWN = 5


def of_requests(user: User | AnonymousUser, glance: Glance) -> dict[str, Any]:
    """Empty for those who may not see requests."""
    if not user.has_perm("leads.view_bookingrequest"):
        return {}
    # The longest wait comes first here: the desk is where one starts to answer.
    awaiting = BookingRequest.objects.awaiting_reply().order_by("created_at", "pk")
    waiting, first = number_of(awaiting), list(awaiting[:SHOWN])
    upcoming = BookingRequest.objects.upcoming(glance.at)
    calls = [_call(booking, glance) for booking in upcoming[:SHOWN]]
    weeks = four_weeks(glance)
    return {
        "sentences": [
            sentence(waiting, first[0].created_at if first else glance.at, at=glance.at),
            *([f"Your next call is {calls[0].when}, with {calls[0].booking.name}."] if calls else []),
        ],
        "waiting": [_waiting(booking, glance) for booking in first],
        "more_waiting": waiting.beyond(len(first)),
        "next_calls": calls,
        "more_calls": number_of(upcoming).beyond(len(calls)),
        "figures": _figures(glance, weeks),
        "board": board(glance),
        "per_day": desk_charts.per_day(weeks.days),
        "to_client": desk_charts.to_client(weeks.figures),
        "sources": desk_charts.sources(weeks.sources),
        "weeks": desk_charts.weeks_ahead(glance.times),
    }


# --- Who waits, and who calls next


def sentence(waiting: Number, oldest: datetime, *, at: datetime) -> str:
    """How things stand: “Two requests wait. The oldest has waited 3 hours.”"""
    if not waiting:
        return "No request waits for an answer."
    if waiting.value == 1:
        return f"One request waits. It has waited {age(oldest, at=at)}."
    return f"{in_words(waiting, 'request')} wait. The oldest has waited {age(oldest, at=at)}."


@dataclass(frozen=True)
class Waiting:
    booking: BookingRequest
    age: str
    is_overdue: bool
    wish: str
    """Which time was asked for."""


def _waiting(booking: BookingRequest, glance: Glance) -> Waiting:
    return Waiting(
        booking,
        age=age(booking.created_at, at=glance.at),
        is_overdue=booking.is_overdue(at=glance.at),
        wish=_wish(booking, glance),
    )


def _wish(booking: BookingRequest, glance: Glance) -> str:
    if booking.starts_at:
        return f"Asks for {clock.day_and_time(booking.starts_at, glance.rules.zone, at=glance.at)}"
    return "On the waiting list" if booking.on_waiting_list else "Chose no time"


@dataclass(frozen=True)
class Call:
    booking: BookingRequest
    when: str
    theirs: str
    """By the prospect's clock; empty where it shows the same."""


def _call(booking: BookingRequest, glance: Glance) -> Call:
    starts_at = booking.starts_at or glance.at  # Upcoming calls have one.
    return Call(
        booking,
        when=clock.day_and_time(starts_at, glance.rules.zone, at=glance.at),
        theirs=clock.briefly(starts_at, booking.time_zone, beside=glance.rules.time_zone),
    )


# --- Figures


@dataclass(frozen=True)
class Figure:
    """A number, what it is compared with, and the list that it counts."""

    label: str
    value: str
    note: str
    url: str


def _figures(glance: Glance, weeks: FourWeeks) -> list[Figure]:
    rules, times, total = glance.rules, glance.times, weeks.figures
    days = [*weeks.days.values()]
    week, week_before = days[-7:], days[-14:-7]
    requests, before = _sum(week), _sum(week_before)
    booked = sum(day.booked for day in week)
    attended, held = _calls_held(glance)
    worth = f"{rules.currency} {total.value:,.0f}, " if total.value else ""
    upcoming = changelist("bookingrequest", call="upcoming")
    return [
        Figure(
            "Requests, last 7 days",
            f"{requests:,}",
            _compared(requests, before),
            changelist("bookingrequest"),
        ),
        Figure(
            "Booked a time", f"{booked:,}", _of(booked, requests, "of them"), changelist("bookingrequest")
        ),
        Figure(
            "Showed up",
            share(attended, held) or "–",
            f"{attended:,} of {held:,} calls in {DAYS} days" if held else f"no call in {DAYS} days",
            changelist("bookingrequest", call="past"),
        ),
        Figure(
            "Signed",
            f"{total.clients:,}",
            f"{worth}of {total.requests:,} requests in {DAYS} days",
            changelist("bookingrequest", outcome__exact="signed"),
        ),
        Figure("Calls this week", f"{times.calls_this_week}", f"of {rules.calls_a_week}", upcoming),
        Figure(
            "Open times",
            f"{len(times.starts)}",
            f"in the next {rules.horizon_days} days",
            changelist("weeklyhours"),
        ),
    ]


def _sum(days: Sequence[Total]) -> int:
    return sum(day.requests for day in days)


def _compared(now: int, before: int) -> str:
    if now == before:
        return "as many as the week before"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than the week before"


def _of(part: int, whole: int, name: str) -> str:
    return f"{share(part, whole)} {name}" if whole else ""


def _calls_held(glance: Glance) -> tuple[int, int]:
    """How many of the calls of the last weeks were attended, and how many there were."""
    calls = BookingRequest.objects.starting_between(glance.at - timedelta(days=DAYS), glance.at)
    counted = calls.filter(status__in=[Status.ATTENDED, Status.NO_SHOW]).aggregate(
        attended=Count("pk", filter=Q(status=Status.ATTENDED)), held=Count("pk")
    )
    return counted["attended"], counted["held"]
