"""What the counters of this process have counted so far."""

from leads.counting.counters import Counters
from leads.models import DailyCount


def counted(counters: Counters) -> dict[tuple[str, ...], int]:
    """By kind, page, source and button."""
    counters.tally.write()
    rows = DailyCount.objects.values_list("kind", "page", "source", "cta", "count")
    return {tuple(row[:-1]): row[-1] for row in rows}
