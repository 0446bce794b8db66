"""What the desk tells those who answer requests: who waits, who calls next, and the figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.bounded import Number
from leads.desk import Call, Figure, Waiting, of_requests, sentence
from leads.glance import Glance
from leads.models import BookingRequest, CallRules, Outcome
from leads.open_times import open_times
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Amsterdam."""

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def room_for_many(db: None) -> None:
    CallRules(calls_a_day=96, calls_a_week=672).save()


def desk(user: User) -> dict[str, Any]:
    return of_requests(user, Glance(NOW))


def a_call(starts_at: datetime, *, by: User, **answers: Any) -> BookingRequest:
    booking = submitted(at=NOW - 9 * DAY, starts_at=starts_at, **answers)
    booking.confirm(by=by, at=NOW - 8 * DAY)
    return booking


def test_desk_says_how_many_wait_and_since_when(adviser: User) -> None:
    submitted(at=NOW - 3 * HOUR)
    submitted(at=NOW - 30 * HOUR).confirm(by=adviser, at=NOW)
    told = desk(adviser)["sentences"]
    submitted(at=NOW - 5 * HOUR)
    told += desk(adviser)["sentences"]

    assert told == [
        f"One request waits. It has waited 3{NBSP}hours.",
        f"Two requests wait. The oldest has waited 5{NBSP}hours.",
    ]


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (Number(0), "No request waits for an answer."),
        (Number(12), f"12 requests wait. The oldest has waited 1{NBSP}day."),
        (Number(1000, is_more=True), f"1,000+ requests wait. The oldest has waited 1{NBSP}day."),
    ],
)
def test_sentence_fits_every_number(waiting: Number, words: str) -> None:
    assert sentence(waiting, NOW - DAY, at=NOW) == words


def test_longest_wait_comes_first_with_what_was_asked_for_and_whether_it_is_overdue(adviser: User) -> None:
    new = submitted(at=NOW - 2 * HOUR, starts_at=NOW + DAY)
    listed = submitted(at=NOW - 3 * HOUR, on_waiting_list=True)
    old = submitted(at=NOW - 25 * HOUR)

    assert desk(adviser)["waiting"] == [
        Waiting(old, f"1{NBSP}day", is_overdue=True, wish="Chose no time"),
        Waiting(listed, f"3{NBSP}hours", is_overdue=False, wish="On the waiting list"),
        Waiting(new, f"2{NBSP}hours", is_overdue=False, wish="Asks for tomorrow at 10:00"),
    ]


def test_next_calls_are_told_by_both_clocks(adviser: User) -> None:
    later = a_call(NOW + 2 * DAY, by=adviser, time_zone="Asia/Kolkata")
    sooner = a_call(NOW + 9 * HOUR, by=adviser, time_zone="Asia/Kolkata", name="Ada")
    running = a_call(NOW - HOUR / 4, by=adviser)
    a_call(NOW - HOUR, by=adviser)
    submitted(at=NOW, starts_at=NOW + HOUR)

    told = desk(adviser)

    assert told["next_calls"] == [
        Call(running, "today at 09:45", "09:45 Amsterdam"),
        Call(sooner, "today at 19:00", "23:30 Kolkata"),
        Call(later, "Wed 25 Nov at 10:00", "14:30 Kolkata"),
    ]
    assert told["sentences"][1] == f"Your next call is today at 09:45, with {running.name}."


def test_desk_shows_five_of_each_and_says_how_many_more(adviser: User) -> None:
    for number in range(7):
        submitted(at=NOW)
        a_call(NOW + number * HOUR, by=adviser)

    told = desk(adviser)

    assert (len(told["waiting"]), told["more_waiting"]) == (5, Number(2))
    assert (len(told["next_calls"]), told["more_calls"]) == (5, Number(2))


@pytest.mark.usefixtures("open_hours")
def test_figures_say_whether_the_site_earns_its_keep(adviser: User) -> None:
    for days in (1, 2, 3, 9):
        submitted(at=NOW - days * DAY)
    submitted(at=NOW - DAY, starts_at=NOW + DAY)
    missed, attended, signed = (a_call(NOW - hours * HOUR, by=adviser) for hours in (70, 50, 30))
    missed.mark_no_show(by=adviser, at=NOW)
    attended.mark_attended(by=adviser, at=NOW)
    signed.mark_attended(by=adviser, at=NOW)
    signed.record_outcome(Outcome.SIGNED, by=adviser, at=NOW)

    figures = desk(adviser)["figures"]

    requests = "/admin/leads/bookingrequest/"
    assert figures == [
        Figure("Requests, last 7 days", "4", "as many as the week before", requests),
        Figure("Booked a time", "1", "25% of them", requests),
        Figure("Showed up", "67%", "2 of 3 calls in 28 days", f"{requests}?call=past"),
        Figure("Signed", "1", "of 8 requests in 28 days", f"{requests}?outcome__exact=signed"),
        Figure("Calls this week", "1", "of 672", f"{requests}?call=upcoming"),
        Figure(
            "Open times",
            f"{len(open_times(NOW).starts)}",
            "in the next 14 days",
            "/admin/leads/weeklyhours/",
        ),
    ]


def test_figures_of_an_empty_site_divide_by_nothing(adviser: User) -> None:
    notes = {figure.label: (figure.value, figure.note) for figure in desk(adviser)["figures"]}

    assert notes["Booked a time"] == ("0", "")
    assert notes["Showed up"] == ("–", "no call in 28 days")


def test_who_may_not_see_requests_is_told_nothing_of_them(editor: User) -> None:
    submitted(at=NOW)

    assert desk(editor) == {}
