"""Where clients come from: what was counted and what was requested, side by side.

Visits, clicks and opened forms come from the counters; everything from the request on from the requests
themselves. Both know the page, the source by the same names, and the button.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from leads.counting.intervals import Rate
from leads.models import BookingEvent, BookingRequest, CallRules, DailyCount, Hit, Outcome, Status
from pages.models import Publication


class Grouping(models.TextChoices):
    PAGE = "page", "Page"
    SOURCE = "source", "Source"
    BUTTON = "button", "Button"
    ALL = "all", "All three"


class Place(NamedTuple):
    """What a line is about; what it does not tell apart is None."""

    page: str | None = None
    source: str | None = None
    cta: str | None = None

    @property
    def without_button(self) -> Place:
        return self._replace(cta=self.cta and "")


TOLD_APART = {
    Grouping.PAGE: {"page"},
    Grouping.SOURCE: {"source"},
    # A button is one of a page: each page has its own “hero”.
    Grouping.BUTTON: {"page", "cta"},
    Grouping.ALL: {"page", "source", "cta"},
}


@dataclass
class Figures:
    visits: int = 0
    questions: int = 0
    clicks: int = 0
    forms: int = 0
    requests: int = 0
    confirmed: int = 0
    calls: int = 0
    offers: int = 0
    clients: int = 0
    value: Decimal = field(default_factory=Decimal)

    def add(self, **more: Any) -> None:
        for name, number in more.items():
            setattr(self, name, getattr(self, name) + (number or 0))

    @property
    def requests_per_visit(self) -> Rate:
        return Rate(self.requests, self.visits)

    @property
    def calls_per_request(self) -> Rate:
        return Rate(self.calls, self.requests)

    @property
    def clients_per_call(self) -> Rate:
        return Rate(self.clients, self.calls)


NAMES = [one.name for one in fields(Figures)]
COUNTED = {
    Hit.VISIT: "visits",
    Hit.QUESTION_OPENED: "questions",
    Hit.CLICK: "clicks",
    Hit.FORM_OPENED: "forms",
}


@dataclass
class Line:
    place: Place
    figures: Figures


@dataclass
class Report:
    """What brought most comes first. A page's visits stand on each of its lines, and once in the total."""

    first: date
    last: date
    grouping: Grouping
    lines: list[Line]
    total: Figures


def report(first: date, last: date, grouping: Grouping) -> Report:
    """From the first day to the last, both included, by the coach's calendar. Four queries at any size.

    A request belongs to the day on which it was received, whenever its call was or its contract is signed.
    """
    places: dict[Place, Figures] = {}
    total = Figures()
    for place, more in [*_hits(first, last), *_requests(first, last)]:
        kept = Place(**{name: getattr(place, name) for name in TOLD_APART[grouping]})
        places.setdefault(kept, Figures()).add(**more)
        total.add(**more)
    lines = [Line(place, figures) for place, figures in _with_visits(places)]
    lines.sort(key=lambda line: _rank(line.figures), reverse=True)
    return Report(first, last, grouping, lines, total)


def _with_visits(places: dict[Place, Figures]) -> Iterator[tuple[Place, Figures]]:
    """A visit is to a page. Beside each of its buttons it is what the button's numbers are a part of."""
    for place, figures in places.items():
        if place.cta and (page := places.get(place.without_button)):
            figures.visits = page.visits
    have_buttons = {place.without_button for place in places if place.cta}
    for place, figures in places.items():
        says_only_visits = figures == Figures(visits=figures.visits)
        if not (place.cta == "" and says_only_visits and place in have_buttons):
            yield place, figures


def _rank(figures: Figures) -> tuple[Any, ...]:
    return tuple(getattr(figures, name) for name in ["value", *reversed(NAMES[:-1])])


def _hits(first: date, last: date) -> Iterator[tuple[Place, dict[str, Any]]]:
    rows = DailyCount.objects.during(first, last).order_by()
    for kind, page, source, cta, number in rows.values_list("kind", "page", "source", "cta").annotate(
        Sum("count")
    ):
        yield Place(page, source, cta), {COUNTED[Hit(kind)]: number}


def _requests(first: date, last: date) -> Iterator[tuple[Place, dict[str, Any]]]:
    pages = set(Publication.objects.order_by().values_list("slug", flat=True).distinct())
    found = _received(first, last).values_list("source_page", "source_name", "source_cta")
    for page, source, cta, *numbers in found.annotate(**FACTS):
        place = Place(page, source, cta) if page in pages else Place("", source, "")
        yield place, dict(zip(FACTS, numbers, strict=True))


CONFIRMED_ONCE = Exists(BookingEvent.objects.filter(booking=OuterRef("pk"), kind=BookingEvent.Kind.CONFIRMED))
IS_CONFIRMED = Q(status__in=[Status.CONFIRMED, Status.ATTENDED, Status.NO_SHOW])
WAS_CALLED_OFF = Q(CONFIRMED_ONCE, status=Status.CANCELLED)
"""Only a cancelled request does not say by its status whether it was confirmed: its history does."""
WAS_CONFIRMED = IS_CONFIRMED | WAS_CALLED_OFF

FACTS = {
    "requests": Count("pk"),
    "confirmed": Count("pk", filter=WAS_CONFIRMED),
    "calls": Count("pk", filter=Q(status=Status.ATTENDED)),
    "offers": Count("pk", filter=Q(outcome__in=[Outcome.OFFER_MADE, Outcome.SIGNED])),
    "clients": Count("pk", filter=Q(outcome=Outcome.SIGNED)),
    "value": Sum("value"),
}


def _received(first: date, last: date) -> QuerySet[BookingRequest]:
    zone = CallRules.current().zone
    begins = datetime.combine(first, time.min, zone)
    ends = datetime.combine(last + timedelta(days=1), time.min, zone)
    return BookingRequest.objects.believed().filter(created_at__gte=begins, created_at__lt=ends).order_by()
