"""How a row of steps is drawn: as class names, because the pages carry no style attributes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from django import template

register = template.Library()

MOST_DRAWN_STEPS = 7
# On a phone, a stair has room for this many columns, and a column for a word of this many letters.
MOST_NARROW_COLUMNS = 5
LONGEST_NARROW_WORD = 9

Steps = Sequence[dict[str, Any]]


@register.filter
def size_of_drawing(steps: Steps) -> str:
    """`of-5` for five steps; more steps than can be drawn stand one under the other."""
    return f"of-{len(steps)}" if len(steps) <= MOST_DRAWN_STEPS else "of-many"


@register.filter
def layout_of_stair(steps: Steps) -> str:
    """Whether the low steps leave room for text above them, and whether the steps fit a phone as columns."""
    low = len(list(takewhile(lambda step: step["drawing"] == "solid", steps)))
    names = [size_of_drawing(steps)]
    if low >= 2 and len(steps) <= min(2 * low, MOST_DRAWN_STEPS):
        names += [f"low-{low}", "beside"]
    if len(steps) > MOST_NARROW_COLUMNS or _longest_word(steps) > LONGEST_NARROW_WORD:
        names.append("sliced")
    return " ".join(names)


def _longest_word(steps: Steps) -> int:
    words = [word for step in steps for word in f"{step['label']} {step['duration']}".split()]
    return max(map(len, words), default=0)
