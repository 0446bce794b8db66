"""The letters of a sharing picture: which there are, how wide they run, and how a title fills its room."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from PIL import ImageFont

SCALE = 2
"""Everything is drawn this many times larger than it is shown."""

TITLE_SIZES = range(120, 35, -4)
TRACKING, LEADING = -0.03, 0.98
"""In parts of the size."""

FONTS = Path(__file__).parent.parent / "fonts"
HEAVY, LIGHT = "schibsted-grotesk-extrabold.ttf", "schibsted-grotesk-regular.ttf"
NOT_IN_FONTS = re.compile(r"[^ -~\xa1-\u017f\u0218-\u021b–—‘’‚“”„•…€™←-→−]")


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


class Line(NamedTuple):
    text: str
    face: str
    box: Box


# --- Letters


@cache
def font_of(face: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout is in every build of Pillow, so that the same words give the same picture.
    return ImageFont.truetype(FONTS / face, size * SCALE, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """The text without what the fonts lack: accents go first, then whole letters."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join(NOT_IN_FONTS.sub(_without_accents, composed).split())


def _without_accents(found: re.Match[str]) -> str:
    return NOT_IN_FONTS.sub("", unicodedata.normalize("NFKD", found[0]))


def places(text: str, face: str, size: int, tracking: float = TRACKING) -> Iterator[tuple[str, float]]:
    """Each letter and where it begins; at the end, nothing and where the next would begin."""
    font, x = font_of(face, size), 0.0
    for letter, following in pairwise([*text, ""]):
        yield letter, x
        kerned = font.getlength(letter + following) - font.getlength(following)
        x += kerned / SCALE + tracking * size
    yield "", x


def width_of(text: str, face: str, size: int, tracking: float = TRACKING) -> float:
    *_, (_, end) = places(text, face, size, tracking)
    return end


# --- Where the title goes


def title_lines(title: str, room: Box, obstacles: Sequence[Box]) -> tuple[int, list[Line]]:
    """The largest size at which the title clears everything, and its lines."""
    for size in TITLE_SIZES:
        lines = list(_set_title(title, size, room))
        if lines and _clear(lines, room, obstacles):
            break
    return size, lines


def _clear(lines: Sequence[Line], room: Box, obstacles: Sequence[Box]) -> bool:
    fits = all(line.box.right <= room.right and line.box.bottom <= room.bottom for line in lines)
    return fits and not any(line.box.meets(other) for line in lines for other in obstacles)


def _set_title(title: str, size: int, room: Box) -> Iterator[Line]:
    """What stands before a colon is heavy, the rest light and on a line of its own, as on the page."""
    before, colon, after = title.partition(": ")
    top = room.top
    for text, face in ((before + colon.strip(), HEAVY), (after, LIGHT)):
        for words in _balanced(text, face, size, room.width):
            box = Box(room.left, top, room.left + width_of(words, face, size), top + size)
            yield Line(words, face, box)
            top += size * LEADING


def _balanced(text: str, face: str, size: int, width: float) -> list[str]:
    """Lines as even as they can be without one more of them."""
    words = [(piece, width_of(f"{piece} ", face, size)) for piece in _pieces(text, face, size, width)]
    lines = _wrapped(words, width)
    for narrower in range(int(width), 0, -10):
        attempt = _wrapped(words, narrower)
        if len(attempt) > len(lines):
            break
        lines = attempt
    return lines


def _wrapped(words: Sequence[tuple[str, float]], width: float) -> list[str]:
    lines: list[list[str]] = []
    used = width
    for word, its_width in words:
        if used + its_width > width:
            lines.append([])
            used = 0
        lines[-1].append(word)
        used += its_width
    return [" ".join(line) for line in lines]


def _pieces(text: str, face: str, size: int, width: float) -> Iterator[str]:
    """The words; one that is wider than a line is cut."""
    for word in text.split():
        rest = word
        while width_of(f"{rest} ", face, size) > width and len(rest) > 1:
            end = max(1, sum(x < width - size for _, x in places(rest, face, size)) - 1)
            yield rest[:end]
            rest = rest[end:]
        yield rest
