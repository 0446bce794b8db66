"""How many each layer caught, and of those how many were people after all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import BookingRequest, Status
from leads.suspicion.layers import BY_STAFF, LAYERS

REACHES_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Caught:
    says: str
    count: int
    restored: int


def caught(at: datetime) -> list[Caught]:
    """A line for each layer, of the last 90 days. One request may stand in several."""
    recent = BookingRequest.objects.filter(created_at__gt=at - REACHES_BACK).exclude(suspicion="")
    counts, restored = Counter[str](), Counter[str]()
    for suspicion, status in recent.values_list("suspicion", "status").iterator():
        names = suspicion.split(",")
        counts.update(names)
        if status != Status.SUSPECTED:
            restored.update(names)
    return [Caught(layer.says, counts[layer.name], restored[layer.name]) for layer in [*LAYERS, BY_STAFF]]
