"""Which sizes a picture has, and what their files are called. Nothing here asks the database."""

from __future__ import annotations

FOLDER = "pictures"

WIDTHS = [360, 720, 1080, 1440]
"""From a phone's column to a wide screen's."""

MODERN = ["avif", "webp"]
"""Smallest first: a browser takes the first one that it can show."""

MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
"""By the ending of a file. These are all the kinds of file that the site ever shows."""


def widths_of(width: int) -> list[int]:
    """None is wider than the picture itself, whose own width is one of them when it is a small one."""
    return sorted({min(each, width) for each in WIDTHS})


def height_at(width: int, *, of: tuple[int, int]) -> int:
    whole_width, whole_height = of
    return max(1, round(whole_height * width / whole_width))


def name_of_picture(key: str, ending: str) -> str:
    return f"{FOLDER}/{key}.{ending}"


def name_of_rendition(key: str, width: int, ending: str) -> str:
    return f"{FOLDER}/{key}-{width}.{ending}"
