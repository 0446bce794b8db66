"""The pipeline on the desk: how many requests stand at each stage, and a few that stand there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leads.ages import age
from leads.bounded import Number, number_of
from leads.clock import day_and_time
from leads.desk_links import changelist
from leads.glance import Glance
from leads.models import BookingRequest, Stage
from leads.models.booking_queryset import BookingRequestQuerySet

CARDS = 3


@dataclass(frozen=True)
class Card:
    booking: BookingRequest
    when: str
    is_overdue: bool = False


@dataclass(frozen=True)
class Column:
    stage: Stage
    number: Number
    cards: tuple[Card, ...]
    url: str

    @property
    def more(self) -> Number:
        return self.number.beyond(len(self.cards))


def board(glance: Glance) -> list[Column]:
    return [
        Column(
            stage=stage,
            number=number_of(BookingRequest.objects.at_stage(stage)),
            cards=tuple(_card(booking, stage, glance) for booking in first_ones(glance)[:CARDS]),
            url=changelist("bookingrequest", stage=stage),
        )
        for stage, first_ones in SHOWN.items()
    ]


def _waits(glance: Glance) -> BookingRequestQuerySet:
    return BookingRequest.objects.awaiting_reply().order_by("created_at", "pk")


def _comes(glance: Glance) -> BookingRequestQuerySet:
    return BookingRequest.objects.upcoming(glance.at)


def _newest_at(stage: Stage) -> Callable[[Glance], BookingRequestQuerySet]:
    def newest(glance: Glance) -> BookingRequestQuerySet:
        return BookingRequest.objects.at_stage(stage).with_stage_since().order_by("-created_at")

    return newest


SHOWN: dict[Stage, Callable[[Glance], BookingRequestQuerySet]] = {
    Stage.NEW: _waits,
    Stage.BOOKED: _comes,
    Stage.CALLED: _newest_at(Stage.CALLED),
    Stage.OFFER_SENT: _newest_at(Stage.OFFER_SENT),
    Stage.CLIENT: _newest_at(Stage.CLIENT),
}
"""The stages in their order, and which of the requests there come first."""


def _card(booking: Any, stage: Stage, glance: Glance) -> Card:
    match stage:
        case Stage.NEW:
            waited = age(booking.created_at, at=glance.at)
            return Card(booking, f"waits {waited}", booking.is_overdue(at=glance.at))
        case Stage.BOOKED | Stage.CALLED:
            return Card(booking, _time_of(booking, glance))
    since = booking.stage_since
    return Card(booking, f"{age(since, at=glance.at)} ago" if since else "")


def _time_of(booking: BookingRequest, glance: Glance) -> str:
    return (
        day_and_time(booking.starts_at, glance.rules.zone, at=glance.at) if booking.starts_at else "no time"
    )
