"""Requests in our words: what the desk, the worker and the prospect's pages ask for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from leads.models.event import BookingEvent
from leads.models.hours import LONGEST_CALL, CallRules
from leads.models.status import IN_THE_CALENDAR, STANDS_AT, Stage, Status
from leads.models.waiting import TimeOffer
from leads.turn import calendar_turn

if TYPE_CHECKING:
    from leads.models.booking import BookingRequest

ANSWER_WITHIN = timedelta(hours=24)
"""A request that waits longer is overdue."""

FEED_REACHES_BACK = timedelta(days=30)

MOST_WORDS = 8

STEPS = [*Status.values, BookingEvent.Kind.OUTCOME]
"""Events that lead from one stage to another."""


class SearchedText(models.Func):
    """What a search looks through, in the very words of the index that PostgreSQL has for it."""

    arg_joiner = " || ' ' || "
    template = "(%(expressions)s)"
    output_field = models.TextField()

    def __init__(self) -> None:
        super().__init__("name", "email", "role", "goals")


OWN_WORDS = 80
"""Letters. Two people who write the same in so many did not write it themselves."""


def not_now_answers() -> models.QuerySet[BookingEvent]:
    """Of the request that a query is about."""
    return BookingEvent.objects.filter(booking=models.OuterRef("pk"), kind=BookingEvent.Kind.NOT_NOW)


class BookingRequestQuerySet(models.QuerySet["BookingRequest"]):
    def delete(self) -> tuple[int, dict[str, int]]:
        with calendar_turn():
            return super().delete()

    def canaries(self) -> Self:
        """Those that the site made by itself. Only `BookingRequest.everything` has any."""
        return self.filter(is_canary=True)

    def believed(self) -> Self:
        """Without suspected spam, which counts nowhere."""
        return self.exclude(status=Status.SUSPECTED)

    def awaiting_reply(self) -> Self:
        return self.filter(status=Status.REQUESTED)

    def waiting_first(self) -> Self:
        """The newest request that waits for an answer, then the rest, newest first."""
        return self.order_by("-waits_for_answer", "-created_at", "-pk")

    def with_stage_since(self) -> Self:
        """Each with `stage_since`, the instant at which it came to its stage."""
        steps = BookingEvent.objects.filter(booking=models.OuterRef("pk"), kind__in=STEPS)
        return self.annotate(stage_since=models.Subquery(steps.order_by("-at", "-pk").values("at")[:1]))

    def mentioning(self, words: str) -> Self:
        """Requests with each of the words somewhere in name, address, role or goals, whatever their case.

        On PostgreSQL a trigram index serves it, for words of three letters and more.
        """
        found = self.alias(searched=SearchedText())
        for word in words.split()[:MOST_WORDS]:
            found = found.filter(searched__icontains=word)
        return found

    def at_stage(self, stage: Stage) -> Self:
        return self.filter(STANDS_AT[stage])

    def overdue(self, at: datetime) -> Self:
        """Whose answer or next action should have come before the instant `at`."""
        late_answer = Q(status=Status.REQUESTED, created_at__lt=at - ANSWER_WITHIN)
        return self.filter(late_answer | Q(next_action_on__lt=CallRules.current().day_of(at)))

    def with_next_action_due(self, day: date) -> Self:
        """Whose next action is for this day, by the coach's calendar, or is still to do from one before."""
        return self.filter(next_action_on__lte=day)

    def assigned_to(self, user: User | None) -> Self:
        """Those that a member of staff has; with None, those that nobody has."""
        return self.filter(assigned_to=user)

    def in_the_calendar(self) -> Self:
        return self.filter(status__in=IN_THE_CALENDAR, starts_at__isnull=False)

    def starting_between(self, begins: datetime, ends: datetime) -> Self:
        return self.filter(starts_at__gte=begins, starts_at__lt=ends)

    def confirmed_between(self, begins: datetime, ends: datetime) -> Self:
        return self.filter(status=Status.CONFIRMED).starting_between(begins, ends)

    def upcoming(self, at: datetime) -> Self:
        """Confirmed calls that have not ended at the instant `at`, the next one first."""
        # The earliest start lets an index pass over the calls of all the years before.
        upcoming = self.filter(status=Status.CONFIRMED, starts_at__gte=at - LONGEST_CALL, ends_at__gt=at)
        return upcoming.order_by("starts_at")

    def over(self, at: datetime) -> Self:
        """Confirmed calls that have ended at the instant `at`, of which nobody said what became of them."""
        return self.filter(status=Status.CONFIRMED, starts_at__lt=at, ends_at__lte=at)

    def for_feed(self, at: datetime) -> Self:
        """Confirmed calls for a calendar to subscribe to: what is ahead, and the last month."""
        return self.filter(status=Status.CONFIRMED, starts_at__gte=at - FEED_REACHES_BACK).order_by(
            "starts_at"
        )

    def waiting_list(self) -> Self:
        """Everybody who waits for a time, also those who were just made an offer."""
        return self.filter(status=Status.REQUESTED, on_waiting_list=True)

    def in_line(self) -> Self:
        """The waiting list, without those who were just made an offer: whoever had the fewest offers
        is first, then whoever came first."""
        offers = TimeOffer.objects.filter(booking=models.OuterRef("pk"))
        return (
            self.waiting_list()
            .exclude(models.Exists(offers.open()))
            .annotate(offered=models.Count("offers"))
            .order_by("offered", "created_at", "pk")
        )

    def said_by_another(self, goals: str, *, email: str, at: datetime) -> Self:
        """Those of the last day with these very words, from another address; short words are nobody's."""
        recent = self.filter(created_at__gt=at - timedelta(days=1)).exclude(canonical_email=email)
        return recent.filter(goals=goals) if len(goals) >= OWN_WORDS else self.none()

    def have_reached(self, number: int, *, at: datetime) -> bool:
        """Whether so many were stored within the last day; 0: never.

        A counter would be exact to one, and a row for which everybody who books waits.
        """
        recent = self.filter(created_at__gt=at - timedelta(days=1)).order_by()
        return number > 0 and recent[number - 1 : number].exists()

    def from_same_address(self, booking: BookingRequest) -> Self:
        """Earlier requests of the same address: shown beside a request, never merged into it."""
        return self.filter(canonical_email=booking.canonical_email, pk__lt=booking.pk).order_by("-pk")


_Manager = models.Manager.from_queryset(BookingRequestQuerySet)


class BookingRequestManager(_Manager["BookingRequest"]):
    """Requests of people: no page, list, count, mail or export ever meets a canary by chance."""

    def get_queryset(self) -> BookingRequestQuerySet:
        return super().get_queryset().filter(is_canary=False)  # type: ignore[return-value]  # as the manager is made of
