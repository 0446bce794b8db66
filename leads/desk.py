"""What the first page of the staff desk tells those who answer requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.humanize.templatetags.humanize import apnumber
from django.urls import reverse

from leads import clock
from leads.ages import age
from leads.models import BookingRequest, BusyCalendar, Message
from leads.open_times import OpenTimes, open_times

SHOWN = 10
CALLS_SHOWN = 5


def of_requests(user: User | AnonymousUser, *, at: datetime) -> dict[str, Any]:
    """Empty for those who may not see requests."""
    if not user.has_perm("leads.view_bookingrequest"):
        return {}
    # The longest wait comes first here: the desk is where one starts to answer.
    awaiting = BookingRequest.objects.awaiting_reply().order_by("created_at", "pk")
    waiting = awaiting.count()
    shown = list(awaiting[:SHOWN])
    times = open_times(at)
    upcoming = BookingRequest.objects.upcoming(at)
    calls = upcoming.count()
    next_calls = [_call(booking, times) for booking in upcoming[:CALLS_SHOWN]]
    return {
        "sentence": sentence(waiting, shown[0].created_at if shown else at, at=at),
        "next_call": next_calls[0] if next_calls else None,
        "next_calls": next_calls,
        "more_calls": calls - len(next_calls),
        "waiting": [
            {
                "booking": booking,
                "age": age(booking.created_at, at=at),
                "is_overdue": booking.is_overdue(at=at),
            }
            for booking in shown
        ],
        "more_waiting": waiting - len(shown),
        "figures": _figures(waiting, times),
        "stale_calendars": [
            calendar
            for calendar in calendars_in_words(BusyCalendar.objects.all(), at=at)
            if calendar["is_stale"]
        ],
    }


def sentence(waiting: int, oldest: datetime, *, at: datetime) -> str:
    """How things stand: “Two requests wait. The oldest has waited 3 hours.”"""
    match waiting:
        case 0:
            return "No request waits for an answer."
        case 1:
            return f"One request waits. It has waited {age(oldest, at=at)}."
    count = str(apnumber(waiting)).capitalize()
    return f"{count} requests wait. The oldest has waited {age(oldest, at=at)}."


def calendars_in_words(calendars: Iterable[BusyCalendar], *, at: datetime) -> list[dict[str, Any]]:
    """The coach's other calendars, each with the age of its copy."""
    return [
        {
            "pk": calendar.pk,
            "name": calendar.name,
            "age": f"read {age(calendar.read_at, at=at)} ago" if calendar.read_at else "not read yet",
            "is_stale": calendar.is_stale(at),
            "last_error": calendar.last_error,
        }
        for calendar in calendars
    ]


def _call(booking: BookingRequest, times: OpenTimes) -> dict[str, Any]:
    coachs = times.calendar.rules.time_zone
    starts_at = booking.starts_at or times.at  # Upcoming calls have one.
    return {"booking": booking, "theirs": clock.briefly(starts_at, booking.time_zone, beside=coachs)}


def _figures(waiting: int, times: OpenTimes) -> list[dict[str, Any]]:
    rules = times.calendar.rules
    recent = BookingRequest.objects.filter(created_at__gte=times.at - timedelta(days=7)).count()
    return [
        _figure("Waiting for an answer", waiting, "bookingrequest", status__exact="requested"),
        _figure(
            "Calls this week",
            times.calls_this_week,
            "bookingrequest",
            note=f"of {rules.calls_a_week}",
            call="upcoming",
        ),
        _figure(
            "Open times", len(times.starts), "weeklyhours", note=f"in the next {rules.horizon_days} days"
        ),
        _figure(
            "On the waiting list",
            BookingRequest.objects.waiting_list().count(),
            "bookingrequest",
            call="line",
        ),
        _figure("Requests", recent, "bookingrequest", note="in the last 7 days"),
        _figure("Messages that failed", Message.objects.failed().count(), "message", state__exact="failed"),
    ]


def _figure(label: str, value: int, model: str, *, note: str = "", **filters: str) -> dict[str, Any]:
    """A number, and the list that it counts."""
    url = reverse(f"admin:leads_{model}_changelist", query=filters)
    return {"label": label, "value": value, "note": note, "url": url}
