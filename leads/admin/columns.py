"""Pieces of HTML that the lists of requests and messages share."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.ages import age
from leads.clock import briefly
from leads.models import BookingRequest


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
