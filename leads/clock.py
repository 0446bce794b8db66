"""Instants in words, always with the zone that they are told in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.dateformat import format as date_format
from django.utils.formats import get_format
from django.utils.translation.trans_real import get_supported_language_variant

from leads import zones
from leads.models.hours import CallRules

MINUTE = timedelta(minutes=1)
HALF_DAY = "g:i\N{NO-BREAK SPACE}a"
"""Like “4:15 p.m.”, which is torn apart at no end of a line."""


@dataclass(frozen=True)
class Told:
    """An instant for one reader: by the own clock, and by the other's where that is another."""

    own: str
    other: str = ""


def told(instant: datetime, *, own: str, other: str, language: str = "") -> Told:
    """Both as `in_full`; the second stays empty when both live by the same zone."""
    return Told(
        in_full(instant, own, language),
        in_full(instant, other, language) if other != own else "",
    )


def in_full(instant: datetime, zone: str, language: str = "") -> str:
    """Like “Wednesday 25 November 2026, 16:15, Amsterdam (UTC+1)”, as the language writes it."""
    local = instant.astimezone(ZoneInfo(zone))
    with translation.override(_supported(language)):
        day, clock = date_format(local, _day_format()), date_format(local, _clock_format())
    return f"{day}, {clock}, {zones.label(zone, instant)}"


def tells_half_days(language: str) -> bool:
    """Whether readers of the language expect “4:15 p.m.” rather than “16:15”."""
    with translation.override(_supported(language)):
        return "g" in _clock_format()


def on_the_clock(local: datetime, *, half_days: bool) -> str:
    """Like “16:15”, or like “4:15 p.m.”."""
    return date_format(local, HALF_DAY) if half_days else f"{local:%H:%M}"


def briefly(instant: datetime, zone: str, *, beside: str) -> str:
    """For lists, beside the same instant in another zone: “10:15 New York”, with the day where it differs."""
    local, other = instant.astimezone(ZoneInfo(zone)), instant.astimezone(ZoneInfo(beside))
    day = f"{local:%a} {local.day} {local:%b}, " if local.date() != other.date() else ""
    return f"{day}{local:%H:%M} {zones.city(zone)}"


def day_and_time(instant: datetime, zone: ZoneInfo, *, at: datetime) -> str:
    """Seen from the instant `at`: “today at 16:15”, “tomorrow at 09:00”, “Wed 25 Nov at 16:15”."""
    local = instant.astimezone(zone)
    ahead = (local.date() - at.astimezone(zone).date()).days
    day = {0: "today", 1: "tomorrow"}.get(ahead, f"{local:%a} {local.day} {local:%b}")
    return f"{day} at {local:%H:%M}"


def in_words(instant: datetime | None) -> str:
    """For staff and the history: by the coach's clock, like “Wed 25 Nov 2026, 16:15 (Europe/Amsterdam)”."""
    if instant is None:
        return "no time"
    rules = CallRules.current()
    local = instant.astimezone(rules.zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} ({rules.time_zone})"


def minutes_between(begins: datetime, ends: datetime) -> int:
    return (ends - begins) // MINUTE


def _supported(language: str) -> str:
    """A browser may name a language that has no dates here; then they are told in the site's own."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return settings.LANGUAGE_CODE


def _day_format() -> str:
    return "l j F Y" if _is_our_language() else f"l, {get_format('DATE_FORMAT')}"


def _clock_format() -> str:
    """The language's own, but for Django's “P”, which writes “midnight” and leaves open which."""
    own = "H:i" if _is_our_language() else get_format("TIME_FORMAT")
    return HALF_DAY if own == "P" else str(own)


def _is_our_language() -> bool:
    """Django's British formats are not those of our pages, which write 25 November and 16:15."""
    return translation.get_language() == settings.LANGUAGE_CODE
