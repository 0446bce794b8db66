"""How sure a rate is, and whether it is worth a figure at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Of the normal distribution, for an interval that is right in 95 cases of 100."""

TOO_WIDE = 0.4
"""An interval of 40 percentage points says little more than that something happened."""

ONE_DECIMAL_BELOW = 0.1


@dataclass(frozen=True)
class Rate:
    """So many out of so many."""

    part: int
    whole: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true rate lies, with 95% confidence; None where nothing, or not everything, was counted.

        Wilson's score interval (Wilson 1927, JASA 22:209-212), which Brown, Cai and DasGupta (2001,
        Statistical Science 16:101-133) recommend for small numbers. The textbook's p ± 1.96·s would say
        “0% to 0%” of the first three visitors who did not buy.
        """
        if not 0 <= self.part <= self.whole or not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = p + Z**2 / (2 * n)
        reach = Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
        scale = 1 + Z**2 / n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)

    @property
    def in_words(self) -> str:
        """Like “2.1–5.4%”, or why there is no figure; empty where there is nothing to be a part of."""
        if not self.whole:
            return ""
        if self.interval is None:
            return "not all counted"
        low, high = self.interval
        if high - low > TOO_WIDE:
            return "too few to say"
        return f"{_percent(low)}–{_percent(high)}%"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}" if 0 < share < ONE_DECIMAL_BELOW else f"{100 * share:.0f}"
