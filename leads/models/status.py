"""What a request can be, what can come of it, and which way leads from one to the other."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Status(models.TextChoices):
    REQUESTED = "requested", "Requested"
    CONFIRMED = "confirmed", "Confirmed"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"
    ATTENDED = "attended", "Attended"
    NO_SHOW = "no_show", "No-show"
    SUSPECTED = "suspected", "Suspected spam"


class Outcome(models.TextChoices):
    OFFER_MADE = "offer_made", "Offer made"
    SIGNED = "signed", "Signed"
    NOT_A_FIT = "not_a_fit", "Not a fit"
    LATER = "later", "Later"


COMES_FROM = {
    Status.REQUESTED: {Status.SUSPECTED},
    Status.SUSPECTED: {Status.REQUESTED},
    Status.CONFIRMED: {Status.REQUESTED},
    Status.DECLINED: {Status.REQUESTED},
    Status.CANCELLED: {Status.REQUESTED, Status.CONFIRMED},
    Status.ATTENDED: {Status.CONFIRMED, Status.NO_SHOW},
    Status.NO_SHOW: {Status.CONFIRMED, Status.ATTENDED},
}
"""Which statuses a request may leave for each other one."""

IN_THE_CALENDAR = {Status.REQUESTED, Status.CONFIRMED, Status.ATTENDED, Status.NO_SHOW}
"""A request with a time counts in the calendar while its status is one of these."""

LIVE = {Status.REQUESTED, Status.CONFIRMED}


class Stage(models.TextChoices):
    """Where a request stands on its way to a client. Derived from status and outcome, never stored."""

    NEW = "new", "New"
    BOOKED = "booked", "Booked"
    CALLED = "called", "Called"
    OFFER_SENT = "offer_sent", "Offer sent"
    CLIENT = "client", "Client"
    CLOSED = "closed", "Closed"
    SUSPECTED = "suspected", "Suspected spam"


STANDS_AT = {
    Stage.NEW: Q(status=Status.REQUESTED),
    Stage.BOOKED: Q(status=Status.CONFIRMED),
    Stage.CALLED: Q(status=Status.ATTENDED, outcome=""),
    Stage.OFFER_SENT: Q(status=Status.ATTENDED, outcome=Outcome.OFFER_MADE),
    Stage.CLIENT: Q(status=Status.ATTENDED, outcome=Outcome.SIGNED),
    Stage.SUSPECTED: Q(status=Status.SUSPECTED),
    Stage.CLOSED: Q(status__in=[Status.DECLINED, Status.CANCELLED, Status.NO_SHOW])
    | Q(status=Status.ATTENDED, outcome__in=[Outcome.NOT_A_FIT, Outcome.LATER]),
}
"""Which requests stand at each stage; each request stands at one."""


def stage_of(status: str, outcome: str) -> Stage:
    match status:
        case Status.REQUESTED:
            return Stage.NEW
        case Status.SUSPECTED:
            return Stage.SUSPECTED
        case Status.CONFIRMED:
            return Stage.BOOKED
        case Status.ATTENDED if not outcome:
            return Stage.CALLED
        case Status.ATTENDED if outcome == Outcome.OFFER_MADE:
            return Stage.OFFER_SENT
        case Status.ATTENDED if outcome == Outcome.SIGNED:
            return Stage.CLIENT
    return Stage.CLOSED
