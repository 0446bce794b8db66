"""What templates say of the calendar: times in words, the next open ones, and how many calls are left."""

from __future__ import annotations

from datetime import datetime

from django import template

from leads import clock
from leads.models import BookingRequest

register = template.Library()


@register.simple_tag
def told_to(booking: BookingRequest, instant: datetime) -> str:
    """An instant in words, on the prospect's own clock."""
    return clock.in_full(instant, booking.time_zone, booking.language)
