"""What is known of one sending of the booking form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from django.http import HttpRequest

from leads.suspicion.limits import Counts
from leads.suspicion.network import network_of

TRAP = "fold"
"""The field that nobody sees. Its name means nothing to whatever fills in forms for people."""

STAMP = "shown"

WRITTEN_FREELY = ["name", "role", "wished_time", "goals"]


@dataclass(frozen=True)
class Visit:
    """What the request says of itself, beside the answers."""

    network: str = ""
    trap: str = ""
    stamp: str = ""
    names_its_site: bool = True
    """Whether it says where it comes from, as every browser of the last years does."""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        said = {"Sec-Fetch-Site", "Origin", "Referer"} & set(request.headers)
        return cls(
            network=network_of(request),
            trap=request.POST.get(TRAP, ""),
            stamp=request.POST.get(STAMP, ""),
            names_its_site=bool(said),
        )


@dataclass(frozen=True)
class Sending:
    """A visit with its answers and its counts: all that a layer looks at."""

    visit: Visit = field(default_factory=Visit)
    answers: dict[str, Any] = field(default_factory=dict)
    open_for: timedelta | None = None
    """How long the form was open; None: not by a stamp of ours."""
    counts: Counts = field(default_factory=Counts)
    flooded: bool = False
    """Whether as many requests as the site takes unseen have come within a day."""
    """How many the site takes without a look; 0: any number."""
    said_before: bool = False
    """Whether the same words came from another address within a day."""

    @property
    def words(self) -> str:
        return "\n".join(
            str(self.answers.get(name) or "") for name in ["name", "role", "wished_time", "goals"]
        )
