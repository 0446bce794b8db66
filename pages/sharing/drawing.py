"""The drawing on a sharing picture: a page's title over its stair, as at the top of the page itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pages.sharing.lettering import HEAVY, TRACKING, Box, drawable, title_lines, width_of
from pages.sharing.sheet import HEIGHT, WIDTH, Sheet, draw_datum, draw_figure, hatch, network

MARGIN = 64
TOP = 104
"""Where the line under the name is."""
HIGHEST, LOWEST = 150, 56
"""The last step's upper edge, and the height of the first."""
RISE = 34
"""Between low steps."""
LOW_SHARE = 0.64
"""Of the width, for low steps when higher ones follow."""
MOST_STEPS = 7
FIGURE_HEIGHT = 104
LABEL_SIZE, LABEL_HEIGHT = 26, 58
PEN = 3


@dataclass(frozen=True)
class Step:
    label: str
    drawing: str
    stands_here: bool


def draw(title: str, name: str, steps: Sequence[Step]) -> bytes:
    """A PNG of 1200×630. The same words give the same drawing."""
    steps = steps[:MOST_STEPS]
    sheet, boxes = Sheet(), step_boxes(steps)
    figures = [figure_box(box) for step, box in zip(steps, boxes, strict=True) if step.stands_here]
    for step, box in zip(steps, boxes, strict=True):
        _draw_step(sheet, step, box)
    for box in figures:
        draw_figure(sheet, box)
    if not steps:
        _draw_level(sheet)
    _draw_head(sheet, drawable(name))
    _draw_title(sheet, drawable(title), room_of_title(steps, boxes), [*boxes, *figures])
    return sheet.png()


# --- Where things stand


def step_boxes(steps: Sequence[Step]) -> list[Box]:
    """Solid steps at the start stay low, so that the title has room above; the others rise to the top."""
    low, high = _low_and_high(steps)
    border = WIDTH * (LOW_SHARE if high else 1)
    low_tops = [HEIGHT - LOWEST - RISE * number for number in range(low)]
    ground = low_tops[-1] if low else HEIGHT - LOWEST
    summit = HIGHEST + (FIGURE_HEIGHT if steps and steps[-1].stands_here else 0)
    high_tops = [ground + (summit - ground) * number / high for number in range(1, high + 1)]
    return [*_columns(0, border, low_tops), *_columns(border, WIDTH, high_tops)]


def _low_and_high(steps: Sequence[Step]) -> tuple[int, int]:
    low = len(list(takewhile(lambda step: step.drawing == "solid", steps)))
    return low, len(steps) - low


def _columns(left: float, right: float, tops: Sequence[float]) -> list[Box]:
    width = (right - left) / max(len(tops), 1)
    return [
        Box(left + width * place, top, left + width * (place + 1), HEIGHT) for place, top in enumerate(tops)
    ]


def figure_box(step: Box) -> Box:
    width = FIGURE_HEIGHT / 2
    right = step.right - min(20, (step.width - width) / 2)
    return Box(right - width, step.top - FIGURE_HEIGHT, right, step.top)


def room_of_title(steps: Sequence[Step], boxes: Sequence[Box]) -> Box:
    low, high = _low_and_high(steps)
    border = boxes[low].left if high else WIDTH - MARGIN
    return Box(MARGIN, TOP + 34, border - 24, HEIGHT - MARGIN - 24)


# --- The parts


def _draw_head(sheet: Sheet, name: str) -> None:
    """The mark and the name, over a line, as in the header of the site."""
    draw_datum(sheet, MARGIN + 18, TOP / 2, 18)
    sheet.write(name, (MARGIN + 52, TOP / 2 + 12), HEAVY, 34, tracking=-0.02)
    sheet.fill(Box(0, TOP - 2, WIDTH, TOP))


def _draw_level(sheet: Sheet) -> None:
    """What stands in for a stair: the figure on a level line."""
    sheet.dashes(MARGIN, WIDTH - MARGIN, HEIGHT - MARGIN)
    draw_figure(sheet, figure_box(Box(MARGIN, HEIGHT - MARGIN, WIDTH - MARGIN, HEIGHT)))


def _draw_title(sheet: Sheet, title: str, room: Box, obstacles: Sequence[Box]) -> None:
    size, lines = title_lines(title, room, [_with_air(box) for box in obstacles])
    for text, face, box in lines:
        sheet.write(text, (box.left, box.top + size * 0.76), face, size, tracking=TRACKING)


def _with_air(box: Box) -> Box:
    return Box(box.left - 24, box.top - 20, box.right, box.bottom)


def _draw_step(sheet: Sheet, step: Step, box: Box) -> None:
    if step.drawing == "solid":
        sheet.fill(box)
        _label(sheet, step, box, ink=0)
        return
    sheet.fill(Box(box.left, box.top, box.right, box.top + PEN))
    sheet.fill(Box(box.left, box.top, box.left + PEN, box.bottom))
    is_labelled = _label(sheet, step, box, ink=255)
    top = box.top + (LABEL_HEIGHT if is_labelled else PEN)
    filled = Box(box.left + PEN, min(top, box.bottom), box.right, box.bottom)
    sheet.cover(filled, network() if step.drawing == "network" else hatch())


def _label(sheet: Sheet, step: Step, box: Box, *, ink: int) -> bool:
    """Writes the step's word where it fits. Returns whether it did."""
    text, left = drawable(step.label), max(box.left + 18, MARGIN if box.left == 0 else 0)
    if not text or left + width_of(text, HEAVY, LABEL_SIZE, tracking=-0.01) > box.right - 10:
        return False
    sheet.write(text, (left, box.top + 36), HEAVY, LABEL_SIZE, ink=ink, tracking=-0.01)
    return True
