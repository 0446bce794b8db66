"""The pipeline on the desk agrees with the list that each of its stages leads to."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.test import Client

from leads.board import board
from leads.bounded import Number
from leads.glance import Glance
from leads.models import BookingRequest, Outcome, Stage, Status
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def on_the_board() -> dict[Stage, list[tuple[str, str, bool]]]:
    return {
        column.stage: [(card.booking.name, card.when, card.is_overdue) for card in column.cards]
        for column in board(Glance(NOW))
    }


def a_call(name: str, starts_at: datetime, *, by: User) -> BookingRequest:
    booking = submitted(name=name, starts_at=starts_at, at=NOW - 9 * DAY)
    booking.confirm(by=by, at=NOW - 8 * DAY)
    return booking


@pytest.mark.usefixtures("open_hours")
def test_each_stage_shows_who_comes_next_there_and_when(adviser: User) -> None:
    submitted(name="New", at=NOW - 3 * HOUR)
    submitted(name="Old", at=NOW - 2 * DAY)
    a_call("Later", NOW + 2 * DAY, by=adviser)
    a_call("Sooner", NOW + 4 * HOUR, by=adviser)
    for number, (name, outcome) in enumerate(
        [("Called", None), ("Offered", Outcome.OFFER_MADE), ("Signed", Outcome.SIGNED)]
    ):
        call = a_call(name, NOW - 3 * DAY + number * HOUR, by=adviser)
        call.mark_attended(by=adviser, at=NOW - 2 * DAY)
        if outcome:
            call.record_outcome(outcome, by=adviser, at=NOW - DAY)

    nbsp = "\N{NO-BREAK SPACE}"
    assert on_the_board() == {
        Stage.NEW: [("Old", f"waits 2{nbsp}days", True), ("New", f"waits 3{nbsp}hours", False)],
        Stage.BOOKED: [("Sooner", "today at 14:00", False), ("Later", "Wed 25 Nov at 10:00", False)],
        Stage.CALLED: [("Called", "Fri 20 Nov at 10:00", False)],
        Stage.OFFER_SENT: [("Offered", f"1{nbsp}day ago", False)],
        Stage.CLIENT: [("Signed", f"1{nbsp}day ago", False)],
    }


def test_stage_shows_three_and_says_how_many_more() -> None:
    for _ in range(5):
        submitted(at=NOW)

    new = board(Glance(NOW))[0]

    assert (new.number, len(new.cards), new.more) == (Number(5), 3, Number(2))


def test_stage_leads_to_the_list_of_exactly_those_who_stand_there(as_adviser: Client) -> None:
    states = [*((status, "") for status in Status), *product([Status.ATTENDED], Outcome)]
    for status, outcome in states:
        booking = submitted(name=f"{status} {outcome}")
        BookingRequest.objects.filter(pk=booking.pk).update(status=status, outcome=outcome, suspicion="staff")

    for column in board(Glance(NOW)):
        html = as_adviser.get(column.url).content.decode()
        listed = re.findall(r'bookingrequest/\d+/change/[^"]*">([^<]+?) <span', html)
        there = BookingRequest.objects.at_stage(column.stage)
        assert (column.stage, sorted(listed)) == (column.stage, sorted(booking.name for booking in there))
