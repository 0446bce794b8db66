"""A page as it is put together: a frame that its publication fixes, and open places filled as it leaves."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import Any, Literal

from django.utils.safestring import SafeString, mark_safe

from pages import memory
from pages.delivery.version import Version
from pages.memory import Kept

Part = Literal["content", "calendar"]


@dataclass
class Rendering:
    """One page that leaves: as of which instant, made from which version, and until when it is true.

    Once the page is complete, `true_until` is the earliest of the instants at which something on it lapses
    by itself. Up to then a stored copy may be delivered unless somebody changes something; None means that
    nothing lapses. Without a version, as for a preview, nothing of it is kept.
    """

    at: datetime
    version: Version | None = None
    true_until: datetime | None = None

    def holds_until(self, instant: datetime) -> None:
        self.true_until = min(instant, self.true_until or instant)

    def kept(self, part: Part, name: Hashable, work_out: Callable[[], Kept]) -> Any:
        """What `work_out` finds, worked out once as long as this part of the site does not change."""
        if self.version is None:
            found = work_out()
        else:
            found = memory.recall((name, getattr(self.version, part)), self.at, work_out)
        if found.true_until:
            self.holds_until(found.true_until)
        return found.thing


Fill = Callable[[Rendering], str]
"""Makes the HTML for an open place, each time that the page leaves."""

MARK = f"\x00{secrets.token_hex(8)}\x00"
"""Stands for an open place while a frame is made. No text of staff can be like it."""


@dataclass
class OpenPlaces:
    """Stands in the context of a page's template as `open_places`."""

    fills: list[Fill] = field(default_factory=list)

    def leave(self, fill: Fill) -> SafeString:
        """For a tag that shows something of elsewhere, such as the next open times."""
        self.fills.append(fill)
        return mark_safe(f"{MARK}{len(self.fills) - 1}{MARK}")  # noqa: S308 (a number between our own marks)

    def cut(self, html: str) -> Frame:
        parts = re.split(f"{MARK}(\\d+){MARK}", html)
        return Frame(
            [self.fills[int(part)] if is_open else part for part, is_open in zip(parts, cycle([False, True]))]
        )


@dataclass(frozen=True)
class Frame:
    """The HTML of a page, with the fills of its open places in between."""

    pieces: list[str | Fill]

    def filled(self, rendering: Rendering) -> str:
        return "".join(piece if isinstance(piece, str) else piece(rendering) for piece in self.pieces)
