"""A random walk through everything that prospects, staff and the clock may do to a calendar.

Several processes walk at once in one database. Afterwards `verdict` says in words what should not be.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from leads import waiting_list
from leads.clock import in_words
from leads.models import (
    BookingEvent,
    BookingPage,
    BookingRequest,
    CallRules,
    HeldTime,
    Message,
    Stale,
    Status,
    TimeOffer,
    TimeTaken,
    TooLate,
    WeeklyHours,
)
from leads.models.hours import CELL
from leads.models.status import COMES_FROM, IN_THE_CALENDAR, LIVE
from leads.open_times import monday, open_times
from tests.leads.factories import submitted

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
KINDLY_REFUSED = (TimeTaken, TooLate, Stale)

Event = BookingEvent.Kind
MAIL_OF_EVENT = {
    Event.REQUESTED: Message.Kind.ACKNOWLEDGEMENT,
    Event.CONFIRMED: Message.Kind.CONFIRMATION,
    Event.DECLINED: Message.Kind.REFUSAL,
    Event.CANCELLED: Message.Kind.CANCELLATION,
    Event.MOVED: Message.Kind.MOVED,
    Event.OFFERED: Message.Kind.TIME_OFFER,
}


def prepare() -> None:
    """Few times, tight limits and short offers, so that the walkers are in each other's way."""
    call_command("migrate", interactive=False, verbosity=0)
    User.objects.create_superuser("owner", "owner@example.com")
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="12:00")
    CallRules(horizon_days=20, calls_a_day=4, calls_a_week=10, offer_hours=1).save()
    BookingPage(requests_a_day=0).save()


def walk(steps: int, seed: int) -> dict[str, int]:
    """Takes so many steps. Returns how often each was done, was refused, or broke."""
    walker = Walker(Random(seed))  # noqa: S311 (not a secret)
    for _ in range(steps):
        walker.step()
    return dict(walker.results)


@dataclass
class Walker:
    random: Random
    now: datetime = field(default_factory=timezone.now)
    results: Counter[str] = field(default_factory=Counter)
    seen: deque[BookingRequest] = field(default_factory=lambda: deque(maxlen=10))

    def step(self) -> None:
        self.now += MINUTE
        act = self.random.choices(list(self.acts), list(self.acts.values()))[0]
        try:
            act()
        except KINDLY_REFUSED as refusal:
            self.results[f"{act.__name__}: {type(refusal).__name__}"] += 1
        except Exception as error:
            self.results[f"{act.__name__}: broke with {error!r}"] += 1
        else:
            self.results[f"{act.__name__}: done"] += 1

    @property
    def acts(self) -> dict[Callable[[], None], int]:
        """What may happen, and how often beside the rest."""
        return {
            self.book: 8,
            self.join_the_waiting_list: 1,
            self.move: 5,
            self.be_moved_by_staff: 2,
            self.cancel: 4,
            self.be_cancelled_by_staff: 1,
            self.be_confirmed: 4,
            self.be_declined: 1,
            self.have_been_attended: 1,
            self.take_an_offer: 3,
            self.let_offers_expire: 2,
        }

    def book(self) -> None:
        submitted(at=self.now, starts_at=self._open_time(), wished_time="")

    def join_the_waiting_list(self) -> None:
        submitted(at=self.now, on_waiting_list=True)

    def move(self) -> None:
        call = self._somebody()
        call.move(self._open_time(), by=None, at=self.now)

    def be_moved_by_staff(self) -> None:
        """At any five minutes, across other calls too; in weeks whose limits are theirs to exceed."""
        call = self._somebody()
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        starts_at = midnight + self.random.randint(1, 20) * DAY + self.random.randint(96, 144) * CELL
        if is_for_staff(starts_at.date()):
            call.move(starts_at, by=self._owner(), at=self.now)

    def cancel(self) -> None:
        self._somebody().cancel(by=None, at=self.now)

    def be_cancelled_by_staff(self) -> None:
        self._somebody().cancel(by=self._owner(), at=self.now)

    def be_confirmed(self) -> None:
        self._somebody().confirm(by=self._owner(), at=self.now)

    def be_declined(self) -> None:
        self._somebody().decline(by=self._owner(), at=self.now)

    def have_been_attended(self) -> None:
        self._somebody().mark_attended(by=self._owner(), at=self.now)

    def take_an_offer(self) -> None:
        offer = TimeOffer.objects.open().select_related("booking").order_by("?").first()
        if offer:
            waiting_list.accept(offer.booking, at=self.now)

    def let_offers_expire(self) -> None:
        waiting_list.advance(self.now + self.random.randint(0, 120) * MINUTE)

    def _open_time(self) -> datetime:
        """One of the first few that are open: the others want those too."""
        starts = open_times(self.now).starts
        if not starts:
            raise TimeTaken(self.now)
        return self.random.choice(starts[:8])

    def _somebody(self) -> BookingRequest:
        """One of the newest requests, now and then one that is over, or as it was read a while ago."""
        if self.seen and self.random.random() < 0.2:
            return self.random.choice(self.seen)
        newest = BookingRequest.objects.order_by("-pk")
        if self.random.random() < 0.8:
            newest = newest.filter(status__in=LIVE)
        found = list(newest[:40])
        if not found:
            raise TimeTaken(self.now)
        self.seen.append(self.random.choice(found))
        return self.seen[-1]

    def _owner(self) -> User:
        return User.objects.get()


def is_for_staff(day: date) -> bool:
    return day.isocalendar().week % 2 == 0


def verdict() -> list[str]:
    """What should not be, after all have walked. Empty: all is well."""
    return [*_overlaps(), *_wrong_holders(), *_incomplete_histories(), *_wrong_mails(), *_overfull_weeks()]


@dataclass(frozen=True, order=True)
class Claim:
    """A call or an open offer: who has which time."""

    starts_at: datetime
    ends_at: datetime
    booking: int

    @property
    def cells(self) -> Iterator[datetime]:
        return (self.starts_at + n * CELL for n in range((self.ends_at - self.starts_at) // CELL))


def _claims() -> list[Claim]:
    calls = BookingRequest.objects.in_the_calendar().values_list("starts_at", "ends_at", "pk")
    offers = TimeOffer.objects.open().values_list("starts_at", "ends_at", "booking")
    rows: list[Any] = [*calls, *offers]
    return sorted(Claim(*row) for row in rows)


def _overlaps() -> Iterator[str]:
    for one, next_one in pairwise(_claims()):
        if next_one.starts_at < one.ends_at:
            yield f"requests {one.booking} and {next_one.booking} overlap at {next_one.starts_at:%c}"


def _wrong_holders() -> Iterator[str]:
    """The rows of held time say exactly what calls and open offers say."""
    expected = {(cell, claim.booking) for claim in _claims() for cell in claim.cells}
    held = set(HeldTime.objects.values_list("starts_at", "booking"))
    for cell, pk in sorted(expected ^ held):
        yield f"request {pk} {'lacks' if (cell, pk) in expected else 'still holds'} {cell:%c}"
    for offer in TimeOffer.objects.open().exclude(booking__status__in=IN_THE_CALENDAR):
        yield f"a time is kept for request {offer.booking_id}, which is over"
    for offer in TimeOffer.objects.open().exclude(booking__starts_at=None):
        yield f"a second time is kept for request {offer.booking_id}"


def _incomplete_histories() -> Iterator[str]:
    for booking in BookingRequest.objects.prefetch_related("events", "offers"):
        events = sorted(booking.events.all(), key=lambda event: event.pk)
        yield from (f"request {booking.pk}: {fault}" for fault in _history_faults(booking, events))


def _history_faults(booking: BookingRequest, events: list[BookingEvent]) -> Iterator[str]:
    kinds = [Event(event.kind) for event in events]
    if kinds[:1] != [Event.REQUESTED]:
        yield f"its history begins with {kinds[:1]}"
    statuses = [Status(kind) for kind in kinds if kind in Status.values]
    for before, after in pairwise(statuses):
        if before not in COMES_FROM.get(after, ()):
            yield f"it went from {before} to {after}"
    if statuses[-1:] != [booking.status]:
        yield f"it is {booking.status}, by its history {statuses[-1:]}"
    if booking.sequence != kinds.count(Event.MOVED) + kinds.count(Event.CANCELLED):
        yield f"its calendar event has sequence {booking.sequence} after {kinds}"
    if booking.offers.count() != kinds.count(Event.OFFERED):
        yield "an offer is missing in its history"
    yield from _wrong_moves(booking, [event for event in events if event.kind == Event.MOVED])


def _wrong_moves(booking: BookingRequest, moves: list[BookingEvent]) -> Iterator[str]:
    """Each move begins where the one before ended, and the last one ends at the time of the call."""
    steps = [move.text.split(" → ") for move in moves]
    for before, after in pairwise(steps):
        if before[1] != after[0]:
            yield f"it was moved to {before[1]}, then from {after[0]}"
    if steps and steps[-1][1] != in_words(booking.starts_at):
        yield f"it was moved to {steps[-1][1]}, and is at {in_words(booking.starts_at)}"


def _wrong_mails() -> Iterator[str]:
    """Each thing that happened was told to its prospect, once."""
    told = Counter(Message.objects.values_list("booking", "kind"))
    happened = Counter(BookingEvent.objects.values_list("booking", "kind"))
    for event, mail in MAIL_OF_EVENT.items():
        for pk in BookingRequest.objects.values_list("pk", flat=True):
            if told[pk, mail] != happened[pk, event]:
                yield f"request {pk}: {happened[pk, event]} times {event}, {told[pk, mail]} mails"


def _overfull_weeks() -> Iterator[str]:
    """Prospects stay within the limits, in the weeks in which staff did not exceed them."""
    rules = CallRules.current()
    days = [claim.starts_at.astimezone(rules.zone).date() for claim in _claims()]
    for limit, counts in [
        (rules.calls_a_day, Counter(days)),
        (rules.calls_a_week, Counter(map(monday, days))),
    ]:
        for day, count in counts.items():
            if count > limit and not is_for_staff(day):
                yield f"from {day} on there are {count} calls, not {limit}"
