"""What templates say of the calendar: times in words, the next open ones, and how many calls are left."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from leads import clock, zones
from leads.models import BookingRequest
from leads.open_times import OpenTimes, open_times
from leads.time_choices import TimeChoice
from pages.memory import Kept
from pages.rendering import OpenPlaces, Rendering

register = template.Library()


@register.simple_tag
def told_to(booking: BookingRequest, instant: datetime) -> str:
    """An instant in words, on the prospect's own clock."""
    return clock.in_full(instant, booking.time_zone, booking.language)


@register.simple_tag(takes_context=True)
def next_open_times(context: template.Context, place: str, count: int) -> SafeString:
    """The first open times, on the coach's clock, each a way into the form from this place of the page.

    They are told anew each time the page leaves, and the page is told until when they hold.
    """
    open_places: OpenPlaces = context["open_places"]
    slug = context["page"]["slug"]
    return open_places.leave(lambda rendering: _next_open_times(rendering, slug, place, count))


@register.simple_tag
def calls_left(times: OpenTimes) -> str:
    """Like “2 of 6 calls left this week”; nothing while there are plenty, and nothing when there is none."""
    left, limit = times.left_this_week, times.calendar.rules.calls_a_week
    return f"{left} of {limit} calls left this week" if 0 < left <= limit / 2 else ""


@register.filter
def zone_of(choice: TimeChoice) -> str:
    """Like “Amsterdam (UTC+1)”, as it counts at that time."""
    return zones.label(choice.zone.key, choice.instant)


def _next_open_times(rendering: Rendering, slug: str, place: str, count: int) -> str:
    def tell() -> Kept:
        times = _times(rendering)
        zone = times.calendar.rules.zone
        context = {
            "page": {"slug": slug},
            "place": place,
            "times": [TimeChoice(start, zone) for start in times.starts[:count]],
            "left": calls_left(times),
        }
        return Kept(render_to_string("pages/_next_times.html", context), times.true_until)

    html: str = rendering.kept("calendar", ("next open times", slug, place, count), tell)
    return html


def _times(rendering: Rendering) -> OpenTimes:
    def work_out() -> Kept:
        times = open_times(rendering.at)
        return Kept(times, times.true_until)

    times: OpenTimes = rendering.kept("calendar", "open times", work_out)
    return times
