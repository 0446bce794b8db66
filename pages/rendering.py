"""One rendering of a page: what its template tags share, and until when it is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Rendering:
    """Stands in the context of a page's template as `rendering`.

    A tag that shows something of elsewhere, such as the next open times, says by `holds_until` when that
    lapses by itself. Once the page has been rendered, `true_until` is the earliest of these instants, up to
    which a stored copy may be delivered unless somebody changes something; None means that nothing lapses.
    """

    at: datetime
    true_until: datetime | None = None
    _worked_out: dict[str, Any] = field(default_factory=dict)

    def holds_until(self, instant: datetime) -> None:
        self.true_until = min(instant, self.true_until or instant)

    def once(self, name: str, work_out: Callable[[], Any]) -> Any:
        """What several tags need, worked out by the first of them."""
        if name not in self._worked_out:
            self._worked_out[name] = work_out()
        return self._worked_out[name]
