"""Pieces of HTML that the lists of requests and messages share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from leads.ages import age
from leads.clock import briefly
from leads.models import BookingRequest, Stage


def badge(kind: str, label: str) -> SafeString:
    """A state as a word in a frame; the frame's class only adds to what the word says."""
    return format_html('<span class="badge badge-{}">{}</span>', kind, label)


def ago(moment: datetime, *, at: datetime) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{} ago</time>',
        moment.isoformat(),
        date_format(moment, "DATETIME_FORMAT"),
        age(moment, at=at),
    )


def call_time(booking: BookingRequest, *, coachs_zone: str) -> SafeString:
    """When a call is, by the coach's clock and, in quieter letters, by the prospect's."""
    starts_at = booking.starts_at
    if starts_at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}">{}</time> <span class="quiet">{}</span> {}',
        starts_at.isoformat(),
        date_format(starts_at.astimezone(ZoneInfo(coachs_zone)), "D j M Y, H:i"),
        briefly(starts_at, booking.time_zone, beside=coachs_zone) if booking.time_zone != coachs_zone else "",
        badge("overdue", "Clock changed") if booking.clock_has_changed else "",
    )


def stage(booking: Any, *, at: datetime) -> SafeString:
    """Where a request stands and for how long; a closed one also says why."""
    stage = Stage(booking.stage)
    why = booking.get_outcome_display() or booking.get_status_display() if stage == Stage.CLOSED else ""
    return format_html(
        '{} {} {} <span class="quiet">{}</span>',
        badge(stage, stage.label),
        badge("overdue", "Overdue") if booking.is_overdue(at=at) else "",
        badge("failed", "Mail failed") if booking.has_failed_mail else "",
        ", ".join(filter(None, [why, _since(booking.stage_since or booking.created_at, at=at)])),
    )


def _since(moment: datetime, *, at: datetime) -> str:
    return f"for {age(moment, at=at)}"


def next_action(booking: BookingRequest, *, today: date) -> SafeString | str:
    """What comes next and on which day: a day that is past is red, and says “overdue”."""
    day = booking.next_action_on
    if day is None:
        return ""
    word = "overdue" if day < today else "today" if day == today else ""
    return format_html(
        '{} <span class="{}"><time datetime="{}">{}</time>{}</span>',
        booking.next_action,
        "overdue" if day < today else "quiet",
        day.isoformat(),
        date_format(day, "D j M Y" if day.year != today.year else "D j M"),
        f", {word}" if word else "",
    )


def assignment(booking: BookingRequest) -> SafeString:
    tags = format_html_join(" ", '<span class="tag">{}</span>', ((tag.name,) for tag in booking.tags.all()))
    return format_html("{} {}", booking.assignee if booking.assigned_to else "", tags)
