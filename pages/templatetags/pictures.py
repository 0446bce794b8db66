"""How a page shows a picture: in the sizes of its place, around the point that matters."""

from __future__ import annotations

from typing import Any

from django import template

from pages.pictures.shown import Shown, address, sources_of, srcset
from pages.pictures.sizes import WIDTHS, widths_of

register = template.Library()

SIZES = {
    "mentor": "(width > 47rem) min(38vw, 34rem), 92vw",
    "testimonial": "6rem",
    "section": "(width > 80rem) 80rem, 92vw",
}
"""How wide each place is, by the window: what a browser needs to choose a file before it knows the styles."""

USUAL_WIDTH = WIDTHS[1]


@register.inclusion_tag("pages/_picture.html")
def picture(shown: Shown, place: str) -> dict[str, Any]:
    widths = widths_of(shown["width"])
    usual = max([width for width in widths if width <= USUAL_WIDTH], default=widths[0])
    return {
        "picture": shown,
        "sizes": SIZES[place],
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
