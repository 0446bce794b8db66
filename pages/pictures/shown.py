"""A picture as content holds it, and as a page shows it. Neither asks which sizes are ready."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Case, F, When
from django.db.models.functions import JSONObject

from pages.pictures.sizes import (
    MEDIA_TYPES,
    MODERN,
    height_at,
    name_of_picture,
    name_of_rendition,
    widths_of,
)

Shown = dict[str, Any]

FIELDS = ["key", "ending", "width", "height", "title", "alternative_text", "focus_x", "focus_y"]

SHARED_WIDTH = 1440
"""Of the picture that a shared link shows; platforms take up to twice the 1200 that they show."""


def as_content(relation: str) -> Case:
    """For a query's values: the picture behind a foreign key as plain data, or None."""
    facts = JSONObject(**{name: F(f"{relation}__{name}") for name in FIELDS})
    return Case(When(**{f"{relation}__isnull": False}, then=facts), default=None)


def address_of_picture(picture: Shown) -> str:
    return settings.MEDIA_URL + name_of_picture(picture["key"], picture["ending"])


def sources_of(picture: Shown) -> Iterator[dict[str, str]]:
    """For each modern format, its media type and the addresses of its sizes."""
    for ending in MODERN:
        yield {"type": MEDIA_TYPES[ending], "srcset": srcset(picture, ending)}


def srcset(picture: Shown, ending: str) -> str:
    return ", ".join(f"{address(picture, width, ending)} {width}w" for width in widths_of(picture["width"]))


def address(picture: Shown, width: int, ending: str) -> str:
    return settings.MEDIA_URL + name_of_rendition(picture["key"], width, ending)


def shared(picture: Shown) -> dict[str, Any]:
    """The address and the size of the file that a shared link shows."""
    width = min(picture["width"], SHARED_WIDTH)
    return {
        "url": settings.SITE_URL + address(picture, width, picture["ending"]),
        "width": width,
        "height": height_at(width, of=(picture["width"], picture["height"])),
    }
