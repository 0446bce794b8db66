"""What templates say of the calendar: times in words, the next open ones, and how many calls are left.

The page that shows them says by its `rendering` for which instant; the tags tell it until when they hold.
A view that has read the open times already gives them as `open_times`.
"""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from leads import clock, zones
from leads.models import BookingRequest
from leads.open_times import OpenTimes, open_times
from leads.time_choices import TimeChoice
from pages.rendering import Rendering

register = template.Library()


@register.simple_tag
def told_to(booking: BookingRequest, instant: datetime) -> str:
    """An instant in words, on the prospect's own clock."""
    return clock.in_full(instant, booking.time_zone, booking.language)


@register.simple_tag(takes_context=True)
def next_open_times(context: template.Context, count: int) -> list[TimeChoice]:
    """The first open times, on the coach's clock."""
    times = _times(context)
    return [TimeChoice(start, times.calendar.rules.zone) for start in times.starts[:count]]


@register.simple_tag(takes_context=True)
def calls_left(context: template.Context) -> str:
    """Like “2 of 6 calls left this week”; nothing while there are plenty, and nothing when there is none."""
    times = _times(context)
    left, limit = times.left_this_week, times.calendar.rules.calls_a_week
    return f"{left} of {limit} calls left this week" if 0 < left <= limit / 2 else ""


@register.filter
def zone_of(choice: TimeChoice) -> str:
    """Like “Amsterdam (UTC+1)”, as it counts at that time."""
    return zones.label(choice.zone.key, choice.instant)


def _times(context: template.Context) -> OpenTimes:
    rendering: Rendering = context.get("rendering") or Rendering(at=timezone.now())
    given: OpenTimes | None = context.get("open_times")
    times: OpenTimes = (
        given if given is not None else rendering.once("open_times", lambda: open_times(rendering.at))
    )
    rendering.holds_until(times.true_until)
    return times
