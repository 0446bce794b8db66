"""A prospect gives the call another time, or chooses a first one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads.models import BookingEvent, BookingRequest, Closure, Message, Status
from leads.open_times import open_times
from leads.time_choices import as_value
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.leads.reading import (
    alert_of,
    choices_on,
    errors_of,
    hidden_fields,
    notes_on,
    page_of,
    title_of,
)

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def times(visitor: Client) -> tuple[datetime, ...]:
    """What was open before the call took the first of them."""
    return open_times(timezone.now()).starts


@pytest.fixture
def call(times: tuple[datetime, ...], owner: User) -> BookingRequest:
    """A confirmed call with a prospect in New York."""
    booking = submitted(starts_at=times[0], time_zone="America/New_York")
    booking.confirm(by=owner, at=timezone.now())
    return booking


def move_url(booking: BookingRequest) -> str:
    return f"{booking.get_absolute_url()}move/"


def choosing(start: datetime, **more: str) -> dict[str, str]:
    return {"time_zone": "America/New_York", "starts_at": as_value(start)} | more


def history(booking: BookingRequest) -> list[str]:
    return list(booking.events.values_list("kind", flat=True))


def test_form_shows_the_other_times_beside_the_present_one(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    page = page_of(visitor.get(move_url(call)))

    assert [choice.value for choice in choices_on(page)] == [as_value(start) for start in times]
    assert notes_on(page) == {as_value(times[0]): "now"}
    assert [choice.can_be_chosen for choice in choices_on(page)] == [False] + [True] * (len(times) - 1)
    assert "Open times in <span data-zone-city>New York</span>" in page
    assert 'value="none"' not in page


@pytest.mark.parametrize(
    ("language", "clock"),
    [("en-gb", "03:00"), ("en-us", "3:00\N{NO-BREAK SPACE}a.m."), ("de", "03:00"), ("tlh", "03:00")],
)
def test_form_tells_the_clock_as_the_mails_of_the_prospect_do(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...], language: str, clock: str
) -> None:
    BookingRequest.objects.update(language=language)

    now, other, *_ = choices_on(page_of(visitor.get(move_url(call))))
    submitted(starts_at=times[1])
    taken = visitor.post(move_url(call), choosing(times[1]))

    assert now.clock == clock
    assert f" at {other.clock} has just been taken" in errors_of(taken)["starts_at"][0]


def test_looking_at_the_form_changes_nothing(visitor: Client, call: BookingRequest) -> None:
    before = BookingRequest.objects.values().get()

    visitor.get(move_url(call))
    visitor.head(move_url(call))

    assert BookingRequest.objects.values().get() == before
    assert history(call) == ["requested", "confirmed"]


def test_call_moves_to_the_chosen_time_and_stays_confirmed(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    Message.objects.all().delete()

    response = visitor.post(move_url(call), choosing(times[5]))

    moved = BookingRequest.objects.get()
    assert (response.status_code, response["Location"]) == (303, call.get_absolute_url())
    assert (moved.starts_at, moved.ends_at) == (times[5], times[5] + timedelta(minutes=30))
    assert (moved.status, moved.sequence) == (Status.CONFIRMED, 1)
    assert history(call) == ["requested", "confirmed", "moved"]
    assert set(Message.objects.values_list("kind", flat=True)) == {"moved", "moved_notice"}


def test_old_time_is_open_again_for_others(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    visitor.post(move_url(call), choosing(times[5]))

    assert open_times(timezone.now()).starts == tuple(start for start in times if start != times[5])


def test_times_can_be_seen_in_another_zone(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    sent = choosing(times[5], time_zone="Asia/Tokyo", show_times="1")

    response = visitor.post(move_url(call), sent)

    page = page_of(response)
    assert response.status_code == 200
    assert "Open times in <span data-zone-city>Tokyo</span>" in page
    assert [choice.value for choice in choices_on(page) if choice.is_chosen] == [as_value(times[5])]
    assert hidden_fields(page)["shown_zone"] == "Asia/Tokyo"
    assert BookingRequest.objects.get().starts_at == times[0]


def test_time_read_by_another_clock_is_asked_about(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    form = hidden_fields(page_of(visitor.get(move_url(call))))

    response = visitor.post(move_url(call), form | choosing(times[5], time_zone="Asia/Tokyo"))

    assert errors_of(response) == {
        "starts_at": ["You changed your time zone. These are the times in Tokyo: check yours"]
    }


def test_zone_of_a_call_stays_as_it_was_sent(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    visitor.post(move_url(call), choosing(times[5], time_zone="Asia/Tokyo"))

    assert BookingRequest.objects.get().time_zone == "America/New_York"


def test_time_that_has_just_gone_is_refused_and_the_call_stays(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    submitted(starts_at=times[5])

    response = visitor.post(move_url(call), choosing(times[5]))

    assert response.status_code == 409
    assert title_of(response).startswith("Error: ")
    assert notes_on(page_of(response)) == {
        as_value(times[0]): "now",
        as_value(times[4]): "closest",
        as_value(times[5]): "taken",
        as_value(times[6]): "closest",
    }
    assert history(call) == ["requested", "confirmed"]


def test_last_other_time_that_has_gone_leaves_the_call_where_it_is(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    today = timezone.now().date()
    Closure.objects.create(first_day=today, last_day=today + timedelta(days=40))

    response = visitor.post(move_url(call), choosing(times[5]))

    assert response.status_code == 409
    assert "No other time is open" in page_of(response)
    assert BookingRequest.objects.get().starts_at == times[0]


def test_without_a_choice_a_time_is_asked_for(visitor: Client, call: BookingRequest) -> None:
    for sent in [{}, {"starts_at": "none"}]:
        response = visitor.post(move_url(call), {"time_zone": "America/New_York"} | sent)

        assert response.status_code == 422
        assert list(errors_of(response)) == ["starts_at"]


def test_second_click_changes_nothing_more(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    answers = [visitor.post(move_url(call), choosing(times[5])) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert history(call) == ["requested", "confirmed", "moved"]


def test_call_that_has_begun_stays(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    begun = timezone.now() - timedelta(minutes=1)
    BookingRequest.objects.update(starts_at=begun)

    shown, sent = visitor.get(move_url(call)), visitor.post(move_url(call), choosing(times[5]))

    assert shown["Location"] == call.get_absolute_url()
    assert sent.status_code == 409
    assert alert_of(sent) == "This call has begun or is over, so it cannot be changed any more."
    assert BookingRequest.objects.get().starts_at == begun


def test_cancelled_call_stays_cancelled(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    call.cancel(by=None, at=timezone.now())

    shown, sent = visitor.get(move_url(call)), visitor.post(move_url(call), choosing(times[5]))

    assert shown["Location"] == call.get_absolute_url()
    assert sent.status_code == 409
    assert alert_of(sent).startswith("Something about this call has changed in the meantime")
    assert history(call) == ["requested", "confirmed", "cancelled"]


def test_request_without_a_time_can_choose_one(
    visitor: Client, booking: BookingRequest, times: tuple[datetime, ...]
) -> None:
    page = page_of(visitor.get(move_url(booking)))

    response = visitor.post(move_url(booking), choosing(times[0]))

    booking.refresh_from_db()
    assert "<h1>Choose a time</h1>" in page
    assert response.status_code == 303
    assert (booking.starts_at, booking.status) == (times[0], Status.REQUESTED)
    assert booking.events.latest("pk").kind == BookingEvent.Kind.MOVED


def test_other_site_cannot_move_a_call(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    response = visitor.post(move_url(call), choosing(times[5]), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert BookingRequest.objects.get().starts_at == times[0]


def test_form_takes_as_many_queries_among_many_calls(
    visitor: Client, call: BookingRequest, times: tuple[datetime, ...]
) -> None:
    among_few = queries_of(visitor, move_url(call))
    for start in times[1:20]:
        submitted(starts_at=start)

    assert queries_of(visitor, move_url(call)) == among_few
