"""Ink on tracing paper: what a sharing picture is drawn on, and the shapes that the site's drawings repeat.

The sheet holds an amount of ink for each point, larger than it is shown; a palette from the paper's colour
to the ink's then makes it a picture of one byte a point, which compresses well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from pages.sharing.lettering import SCALE, Box, font_of, places

WIDTH, HEIGHT = 1200, 630
PAPER, INK = (0xFB, 0xDC, 0x56), (0x10, 0x21, 0x1B)
SHADES = 32

Point = tuple[float, float]


class Sheet:
    """The paper: a place for every amount of ink, from none to all."""

    def __init__(self) -> None:
        self.image = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 0)
        self.pen = ImageDraw.Draw(self.image)

    def fill(self, box: Box, ink: int = 255) -> None:
        left, top, right, bottom = (round(edge * SCALE) for edge in box)
        self.pen.rectangle((left, top, right - 1, bottom - 1), ink)

    def stroke(self, points: Sequence[Point], width: float, *, is_round: bool = True) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.pen.line(scaled, 255, round(width * SCALE), joint="curve")
        if is_round:
            for x, y in (scaled[0], scaled[-1]):
                self.pen.circle((x, y), width * SCALE / 2, 255)

    def dashes(self, left: float, right: float, y: float) -> None:
        for x in range(round(left), round(right), 14):
            self.fill(Box(x, y, min(x + 8, right), y + 2))

    def write(self, text: str, at: Point, face: str, size: int, *, ink: int = 255, tracking: float) -> None:
        """`at` is where the base line begins."""
        font = font_of(face, size)
        for letter, x in places(text, face, size, tracking):
            self.pen.text(((at[0] + x) * SCALE, at[1] * SCALE), letter, ink, font, anchor="ls")

    def cover(self, box: Box, tile: Image.Image) -> None:
        """Repeats a tile over the box."""
        left, top, right, bottom = (round(edge * SCALE) for edge in box)
        area = Image.new("L", (max(right - left, 1), max(bottom - top, 1)))
        for y in range(0, area.height, tile.height):
            for x in range(0, area.width, tile.width):
                area.paste(tile, (x, y))
        self.image.paste(area, (left, top))

    def png(self) -> bytes:
        shown = self.image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        shades = shown.point([round(ink * (SHADES - 1) / 255) for ink in range(256)])
        shades.putpalette(_palette())
        output = BytesIO()
        shades.save(output, "PNG", optimize=True)
        return output.getvalue()


def _palette() -> list[int]:
    return [
        round(paper + (ink - paper) * shade / (SHADES - 1))
        for shade in range(SHADES)
        for paper, ink in zip(PAPER, INK, strict=True)
    ]


@cache
def hatch() -> Image.Image:
    size = 14 * SCALE
    tile = Image.new("L", (size, size))
    pen = ImageDraw.Draw(tile)
    for shift in (-size, 0, size):
        pen.line((shift, size, shift + size, 0), 255, round(1.8 * SCALE))
    return tile


# The site's pattern of rooms and the ways between them: x, y, width and height.
ROOMS = [(12, 16, 46, 30), (14, 78, 26, 42), (66, 74, 54, 24), (98, 112, 22, 14)]
SOLID_ROOMS = [(82, 12, 30, 38), (64, 110, 22, 14), (18, 22, 9, 8), (72, 80, 7, 12)]
WAYS = [
    *((0, 31, 12, 31), (58, 31, 82, 31), (112, 31, 132, 31), (27, 0, 27, 16), (27, 46, 27, 78)),
    *((27, 120, 27, 136), (40, 86, 66, 86), (97, 50, 97, 74), (74, 98, 74, 110), (86, 117, 98, 117)),
    *((109, 98, 109, 112), (108, 0, 108, 12), (108, 126, 108, 136)),
]


@cache
def network() -> Image.Image:
    tile = Image.new("L", (132 * SCALE, 136 * SCALE))
    pen = ImageDraw.Draw(tile)
    for x, y, width, height in ROOMS:
        pen.rectangle([edge * SCALE for edge in (x, y, x + width, y + height)], outline=255, width=2 * SCALE)
    for x, y, width, height in SOLID_ROOMS:
        pen.rectangle([edge * SCALE for edge in (x, y, x + width, y + height)], 255)
    for way in WAYS:
        pen.line([edge * SCALE for edge in way], 255, 2 * SCALE)
    return tile


# The walking figure in a frame of 28×56: its limbs, each with the width of its stroke.
TORSO: list[Point] = [(10, 13), (12, 11.8), (15.5, 11.9), (18, 13.5), (19, 30), (8, 30)]
LIMBS: list[tuple[list[Point], float]] = [
    ([(12, 30), (10.5, 41), (4.5, 52.5)], 4.2),
    ([(15.5, 30), (20, 41), (21.5, 53), (24, 53)], 4.2),
    ([(11, 15.5), (7.5, 24), (10.5, 30)], 3),
    ([(17.5, 15.5), (20, 23.5), (24, 24.5)], 3),
]
ROLL: list[Point] = [(19.5, 31), (27.5, 17)]


def draw_figure(sheet: Sheet, box: Box) -> None:
    ratio = (box.bottom - box.top) / 55

    def placed(points: Sequence[Point]) -> list[Point]:
        return [(box.left + x * ratio, box.top + y * ratio) for x, y in points]

    head, torso = placed([(14.5, 5)])[0], placed(TORSO)
    sheet.pen.circle((head[0] * SCALE, head[1] * SCALE), 4.6 * ratio * SCALE, 255)
    sheet.pen.polygon([(x * SCALE, y * SCALE) for x, y in torso], 255)
    for limb, width in LIMBS:
        sheet.stroke(placed(limb), width * ratio)
    sheet.stroke(placed(ROLL), 3.5 * ratio, is_round=False)


def draw_datum(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """The quartered circle that surveyors measure from."""
    circle = [edge * SCALE for edge in (x - radius, y - radius, x + radius, y + radius)]
    sheet.pen.ellipse(circle, outline=255, width=4 * SCALE)
    for start in (-90, 90):
        sheet.pen.pieslice(circle, start, start + 90, 255)
