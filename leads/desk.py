"""What the first page of the staff desk tells those who answer requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.humanize.templatetags.humanize import apnumber
from django.urls import reverse

from leads.ages import age
from leads.models import BookingRequest, Message

SHOWN = 10


def of_requests(user: User | AnonymousUser, *, at: datetime) -> dict[str, Any]:
    """Empty for those who may not see requests."""
    if not user.has_perm("leads.view_bookingrequest"):
        return {}
    # The longest wait comes first here: the desk is where one starts to answer.
    awaiting = BookingRequest.objects.awaiting_reply().order_by("created_at", "pk")
    waiting = awaiting.count()
    shown = list(awaiting[:SHOWN])
    return {
        "sentence": sentence(waiting, shown[0].created_at if shown else at, at=at),
        "waiting": [
            {
                "booking": booking,
                "age": age(booking.created_at, at=at),
                "is_overdue": booking.is_overdue(at=at),
            }
            for booking in shown
        ],
        "more_waiting": waiting - len(shown),
        "figures": [
            _figure("Waiting for an answer", waiting, "bookingrequest", status__exact="requested"),
            _figure("Requests, last 7 days", _received_since(at - timedelta(days=7)), "bookingrequest"),
            _figure(
                "Messages that failed", Message.objects.failed().count(), "message", state__exact="failed"
            ),
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


def _received_since(moment: datetime) -> int:
    return BookingRequest.objects.filter(created_at__gte=moment).count()


def _figure(label: str, value: int, model: str, **filters: str) -> dict[str, Any]:
    """A number, and the list that it counts."""
    return {"label": label, "value": value, "url": reverse(f"admin:leads_{model}_changelist", query=filters)}
