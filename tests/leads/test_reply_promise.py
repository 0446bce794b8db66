"""The promise of an answer on the booking page: true of what happened, and silent while little is known."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from leads.models import BookingRequest, TimeOffer, WeeklyHours
from leads.reply_promise import Wait, in_words, reply_promise, usual_wait, waits
from pages.models import Brand
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.leads.reading import page_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def answered(*hours: float) -> list[Wait]:
    return [Wait(timedelta(hours=each), was_answered=True) for each in hours]


def unanswered(*hours: float) -> list[Wait]:
    return [Wait(timedelta(hours=each), was_answered=False) for each in hours]


# --- The figure


def test_three_out_of_four_were_answered_within_the_figure() -> None:
    assert usual_wait(answered(*range(1, 13))) == 9 * HOUR
    assert usual_wait(answered(*range(1, 21))) == 15 * HOUR


def test_where_a_quarter_falls_between_two_the_longer_counts() -> None:
    assert usual_wait(answered(*range(1, 11))) == 8 * HOUR


def test_order_does_not_matter() -> None:
    mixed = [*answered(*range(1, 13)), *unanswered(2, 5, 30)]

    assert usual_wait(mixed[::-1]) == usual_wait(mixed) == 10 * HOUR


@pytest.mark.parametrize(("replies", "expected"), [(9, None), (10, HOUR)])
def test_fewer_than_ten_replies_promise_nothing(replies: int, expected: timedelta | None) -> None:
    assert usual_wait(answered(*[1] * replies)) == expected


def test_who_was_never_answered_counts_against_the_figure() -> None:
    quick = answered(*[1] * 10)

    assert usual_wait([*quick, *unanswered(*[200] * 3)]) == HOUR  # 10 of 13 are more than three out of four
    assert usual_wait([*quick, *unanswered(*[200] * 4)]) is None
    assert usual_wait([*quick, *answered(5, 5), *unanswered(*[200] * 4)]) == 5 * HOUR


def test_who_asked_a_moment_ago_says_nothing_yet() -> None:
    quick = answered(*[1] * 10)

    assert usual_wait([*quick, *unanswered(*[0.5] * 40)]) == HOUR


def test_who_waits_in_between_says_as_much_as_is_known() -> None:
    # Of 14 six are answered after an hour, so 8/14 wait on. Four withdraw. Of the four left, one after the
    # other is answered: 3/4, 2/4, 1/4 of 8/14 wait on, and only the last of these is less than a quarter.
    some = [*answered(1, 1, 1, 1, 1, 1), *unanswered(2, 2, 2, 2), *answered(3, 4, 5, 6)]

    assert usual_wait(some) == 5 * HOUR
    assert usual_wait(answered(1, 1, 1, 1, 1, 1, 3, 4, 5, 6)) == 4 * HOUR


# --- Its words


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (timedelta(), "within an hour"),
        (HOUR, "within an hour"),
        (HOUR + timedelta(seconds=1), "within 2 hours"),
        (timedelta(hours=4, minutes=1), "within 5 hours"),
        (timedelta(hours=23, minutes=59), "within 24 hours"),
        (DAY, "within 24 hours"),
        (DAY + timedelta(microseconds=1), "within 2 days"),
        (6 * DAY, "within 6 days"),
    ],
)
def test_words_are_never_shorter_than_the_wait(wait: timedelta, expected: str) -> None:
    assert in_words(wait) == expected


# --- What it counts


@pytest.fixture
def brand(db: None) -> Brand:
    brand = Brand(name="Zen & Co")
    brand.save()
    return brand


def asked(*, ago: timedelta, replied_after: timedelta | None = None, **answers: object) -> BookingRequest:
    booking = submitted(at=NOW - ago, **answers)
    if replied_after is not None:
        by, _ = User.objects.get_or_create(username="adviser")
        booking.confirm(by=by, at=NOW - ago + replied_after)
    return booking


@pytest.mark.django_db
def test_waits_are_those_of_the_last_thirty_days() -> None:
    asked(ago=30 * DAY, replied_after=HOUR)
    asked(ago=30 * DAY - HOUR, replied_after=2 * HOUR)
    asked(ago=-HOUR)
    asked(ago=3 * HOUR)

    assert waits(NOW) == [*unanswered(3), *answered(2)]


@pytest.mark.django_db
def test_prospect_who_withdrew_waited_until_then() -> None:
    asked(ago=5 * DAY).cancel(by=None, at=NOW - 5 * DAY + 30 * HOUR)
    asked(ago=4 * DAY, replied_after=2 * HOUR).cancel(by=None, at=NOW - DAY)

    assert waits(NOW) == [*answered(2), *unanswered(30)]


@pytest.mark.django_db
def test_who_waits_for_a_free_time_is_left_out() -> None:
    asked(ago=5 * DAY, on_waiting_list=True)
    offered = asked(ago=4 * DAY)
    TimeOffer.objects.create(
        booking=offered, starts_at=NOW, ends_at=NOW + HOUR, made_at=NOW - DAY, expires_at=NOW, closed_at=NOW
    )

    assert waits(NOW) == []


@pytest.mark.django_db
def test_clock_that_was_set_back_makes_no_wait_of_less_than_nothing() -> None:
    asked(ago=DAY, replied_after=-HOUR)

    assert waits(NOW) == answered(0)


@pytest.mark.django_db
def test_promise_is_made_from_the_tenth_reply_on() -> None:
    promises = []
    for _ in range(10):
        asked(ago=5 * DAY, replied_after=timedelta(hours=4, minutes=30))
        promises.append(reply_promise(NOW))

    assert promises == [""] * 9 + ["within 5 hours"]


# --- Where it stands


def ten_replies(at: datetime) -> None:
    by = User.objects.create_user("adviser")
    for _ in range(10):
        submitted(at=at - DAY).confirm(by=by, at=at - DAY + 4 * HOUR)


def test_booking_page_tells_it_under_the_button(visitor: Client, brand: Brand, monday: None) -> None:
    before = page_of(visitor.get("/book/"))
    ten_replies(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    after = html.unescape(page_of(visitor.get("/book/")))

    assert "usually answers" not in before
    assert '<p class="fine">Zen & Co usually answers within 4 hours.</p>' in after


def test_form_that_comes_back_tells_it_too(visitor: Client, brand: Brand, monday: None) -> None:
    ten_replies(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))

    response = visitor.post("/book/", {})

    assert response.status_code == 422
    assert "usually answers within 4 hours" in page_of(response)


def test_waiting_list_promises_no_answer(visitor: Client, brand: Brand, monday: None) -> None:
    ten_replies(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    WeeklyHours.objects.all().delete()

    page = page_of(visitor.get("/book/"))

    assert "Join the waiting list" in page
    assert "usually answers" not in page


def test_booking_page_takes_as_many_queries_after_a_hundred_requests(visitor: Client, monday: None) -> None:
    ten_replies(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    after_ten = queries_of(visitor, "/book/")
    submitted_before = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    BookingRequest.objects.bulk_create(
        BookingRequest(token=f"t{n}", fingerprint=f"f{n}", consent="Yes", created_at=submitted_before)
        for n in range(100)
    )

    assert queries_of(visitor, "/book/") == after_ten


@pytest.mark.django_db
def test_only_the_newest_are_read() -> None:
    BookingRequest.objects.bulk_create(
        BookingRequest(token=f"t{n}", fingerprint=f"f{n}", consent="Yes", created_at=NOW - n * HOUR)
        for n in range(300)
    )

    assert waits(NOW) == unanswered(*range(200))
