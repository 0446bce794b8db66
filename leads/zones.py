"""Time zones as people find them: by region and city, with the offset that counts at an instant."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

REGION_LABELS = {
    "America": "Americas",
    "Arctic": "Europe",
    "Atlantic": "Atlantic Ocean",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
    "UTC": "World",
}

CITY_LABELS = {
    "DumontDUrville": "Dumont d’Urville",
    "Ho_Chi_Minh": "Ho Chi Minh City",
    "UTC": "Coordinated Universal Time",
}

Choices = list[tuple[str, str | list[tuple[str, str]]]]


def is_known(zone: str) -> bool:
    """Whether zoneinfo knows it: also an old name such as Asia/Calcutta, which browsers still report."""
    return zone in _known()


def label(zone: str, at: datetime) -> str:
    """Like “Amsterdam (UTC+1)”."""
    return f"{city(zone)} ({offset(zone, at)})"


def city(zone: str) -> str:
    """The city of a zone, and the part of its country where the name needs one: “Knox, Indiana”."""
    _, *middle, last = zone.split("/") if "/" in zone else ("", zone)
    return ", ".join(CITY_LABELS.get(part, part.replace("_", " ")) for part in [last, *middle])


def offset(zone: str, at: datetime) -> str:
    """The difference to UTC at that instant: “UTC+5:30”, with a true minus sign."""
    delta = at.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = round(delta.total_seconds() / 60) if delta else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def choices(at: datetime, *, chosen: str) -> Choices:
    """All zones of today's countries by region, for a select. Labels hold for the hour of `at`.

    A choice outside the list, such as an old name of a zone, leads it; so does the request to choose
    when the choice is no zone at all, lest the first city of the list be taken for it.
    """
    listed = _choices(at.replace(minute=0, second=0, microsecond=0))
    if chosen in _listed():
        return listed
    first = (chosen, label(chosen, at)) if is_known(chosen) else ("", "Select your time zone")
    return [first, *listed]


@lru_cache(maxsize=2)
def _choices(hour: datetime) -> Choices:
    regions: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for zone in sorted(_listed(), key=city):
        regions[_region(zone)].append((zone, label(zone, hour)))
    return [*sorted(regions.items())]


def _region(zone: str) -> str:
    region = zone.partition("/")[0]
    return REGION_LABELS.get(region, region)


@cache
def _known() -> frozenset[str]:
    # These two stand in some systems' folders and name no place: this machine's zone, and “not set”.
    return frozenset(available_timezones() - {"localtime", "Factory"})


@cache
def _listed() -> frozenset[str]:
    """The zones of zone.tab, one or more a country; and UTC, for those who think in it."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="ascii")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return frozenset({"UTC"} | {row[2] for row in rows if len(row) > 2})
