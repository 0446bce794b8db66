"""How a page shows a picture: in the sizes of its place, around the point that matters."""

from __future__ import annotations

from typing import Any

from django import template

from pages.pictures.shown import Shown, address, sources_of, srcset
from pages.pictures.sizes import WIDTHS, widths_of

register = template.Library()

COLUMN = "(width > 60rem) 38vw, 92vw"
SIZES = {
    "portrait of a mentor": "(width > 47rem) 38vw, 92vw",
    "portrait of a client": "5rem",
    "pain_points": COLUMN,
    "questions": COLUMN,
    "mentor": "(width > 47rem) 53vw, 92vw",
    "prose": "(width > 60rem) 53vw, 92vw",
    "closing": "(width > 60rem) 53vw, 92vw",
}
"""How wide each place is, by the window: what a browser needs to choose a file before it knows the styles."""

WHOLE_WIDTH = "(width > 80rem) 80rem, 92vw"
"""Of the pictures in all other kinds of section."""

USUAL_WIDTH = WIDTHS[1]


@register.inclusion_tag("pages/_picture.html")
def picture(shown: Shown, place: str) -> dict[str, Any]:
    widths = widths_of(shown["width"])
    usual = max([width for width in widths if width <= USUAL_WIDTH], default=widths[0])
    return {
        "picture": shown,
        "sizes": SIZES.get(place, WHOLE_WIDTH),
        "sources": sources_of(shown),
        "srcset": srcset(shown, shown["ending"]),
        "usual": address(shown, usual, shown["ending"]),
        "focus": f"focus-x-{_step(shown['focus_x'])} focus-y-{_step(shown['focus_y'])}",
    }


@register.filter
def shows_pictures(sections: list[dict[str, Any]]) -> bool:
    rows = [*sections, *(item for section in sections for item in section["items"])]
    return any(row.get("picture") for row in rows)


def _step(percent: int) -> int:
    """In tens: the policy forbids styles in the page, so each step is a class in the stylesheet."""
    return round(percent / 10) * 10
