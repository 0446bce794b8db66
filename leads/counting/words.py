"""What the report calls things."""

from __future__ import annotations

from collections.abc import Iterable

from leads.counting.report import Place
from leads.counting.sources import DIRECT, THIS_SITE, UNKNOWN
from leads.models.daily_count import OTHER

HEADINGS = {"page": "Page", "source": "Source", "cta": "Button or question"}

NO_PAGE = "No page before"
NO_BUTTON = "No button"

SOURCES = {
    DIRECT: "Direct",
    THIS_SITE: "This site",
    UNKNOWN: "Not told",
    OTHER: "Other",
}


def names_of(place: Place, parts: Iterable[str]) -> list[str]:
    return [name_of(part, getattr(place, part)) for part in parts]


def name_of(part: str, value: str) -> str:
    match part:
        case "page":
            return f"/{value}/" if value else NO_PAGE
        case "source":
            return SOURCES.get(value, value)
    return value or NO_BUTTON
