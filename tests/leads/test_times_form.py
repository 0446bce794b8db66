"""Choosing a time: in which zone it is told, what happens when it is gone, and when there is none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from leads.forms import NO_TIME_LEFT, TIME_CAME_FREE, BookingForm
from leads.models import BookingPage, BookingRequest, CallRules, Closure, TimeTaken, WeeklyHours
from leads.open_times import Calendar, OpenTimes, open_times
from leads.source import Source
from leads.suspicion.sending import Visit
from leads.time_choices import as_value, by_day
from leads.times_form import TimesForm
from tests.leads.factories import ANSWERS, submitted
from tests.leads.reading import (
    Choice,
    choices_on,
    days_on,
    errors_of,
    hidden_fields,
    notes_on,
    page_of,
    title_of,
)

pytestmark = pytest.mark.usefixtures("monday")

TICKS = ["consent", "mail_consent"]
COMPLETE = ANSWERS | {"consent": "on", "mail_consent": "on"}


def open_starts() -> tuple[datetime, ...]:
    return open_times(timezone.now()).starts


def close_everything() -> None:
    today = timezone.now().date()
    Closure.objects.create(first_day=today - timedelta(days=2), last_day=today + timedelta(days=40))


def said_of(start: datetime, zone: str = "Europe/Amsterdam") -> str:
    (day,) = by_day([start], zone)
    return f"{day.date:%A} {day.date.day} {day.date:%B} at {day.choices[0].clock}"


def is_everything_kept(page: str) -> bool:
    values = [f'name="{name}" value="{COMPLETE[name]}"' for name in ["name", "email", "role", "profile_url"]]
    ticks = re.findall(r'<input type="checkbox" name="(\w+)"[^>]* checked>', page)
    return all(text in page for text in [*values, COMPLETE["goals"].split("\n")[0]]) and ticks == TICKS


# --- The zone


def test_times_stand_under_the_days_and_on_the_clock_of_the_chosen_zone() -> None:
    rules = CallRules(notice_hours=0, horizon_days=1)
    hours = [WeeklyHours(weekday=1, begins=time(15, 30), ends=time(17))]
    times = OpenTimes(Calendar(rules, hours=hours), datetime(2026, 11, 23, 6, tzinfo=UTC))

    shown = {
        zone: {
            f"{day.date:%a %d}": [choice.clock for choice in day.choices]
            for day in TimesForm(times=times, wanted={"time_zone": zone}).days
        }
        for zone in ["Europe/Amsterdam", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati"]
    }

    assert shown == {
        "Europe/Amsterdam": {"Tue 24": ["15:30", "16:15"]},
        "America/New_York": {"Tue 24": ["09:30", "10:15"]},
        "Asia/Kathmandu": {"Tue 24": ["20:15", "21:00"]},
        "Pacific/Kiritimati": {"Wed 25": ["04:30", "05:15"]},
    }


def test_in_the_hour_that_comes_twice_each_time_says_which_it_is() -> None:
    # New York puts its clocks back from two to one on 1 November 2026, at 06:00 UTC.
    starts = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in [4, 5, 6, 7]]

    (day,) = by_day(starts, "America/New_York")

    assert day.date == date(2026, 11, 1)
    assert [choice.clock for choice in day.choices] == [
        "00:30",
        "01:30 (UTC−4)",
        "01:30 (UTC−5)",
        "02:30",
    ]


def test_showing_the_times_in_another_zone_keeps_everything_and_stores_nothing(visitor: Client) -> None:
    chosen = as_value(open_starts()[1])
    sent = COMPLETE | {"starts_at": chosen, "time_zone": "Asia/Kathmandu", "show_times": "1"}

    response = visitor.post("/book/", sent | hidden_fields(page_of(visitor.get("/book/?cta=hero"))))

    page = page_of(response)
    assert response.status_code == 200
    assert is_everything_kept(page)
    assert "There is a problem" not in page
    assert "Open times in <span data-zone-city>Kathmandu</span>" in page
    assert [choice.value for choice in choices_on(page) if choice.is_chosen] == [chosen]
    assert {choice.clock[-2:] for choice in choices_on(page)} == {"45", "30", "15", "00"}
    assert hidden_fields(page)["shown_zone"] == "Asia/Kathmandu"
    assert hidden_fields(page)["cta"] == "hero"
    assert not BookingRequest.objects.exists()


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "\0"])
def test_showing_the_times_in_a_zone_that_is_none_shows_the_coachs(visitor: Client, zone: str) -> None:
    page = page_of(visitor.post("/book/", {"time_zone": zone, "show_times": "1"}))

    assert "Open times in <span data-zone-city>Amsterdam</span>" in page
    assert "There is a problem" not in page


def test_time_read_by_the_clock_of_another_zone_is_asked_about_once(visitor: Client) -> None:
    form = hidden_fields(page_of(visitor.get("/book/")))
    start = open_starts()[0]
    sent = COMPLETE | {"starts_at": as_value(start), "time_zone": "America/New_York"}

    first = visitor.post("/book/", form | sent)
    second = visitor.post("/book/", sent | hidden_fields(page_of(first)))

    assert first.status_code == 422
    assert errors_of(first) == {
        "starts_at": ["You changed your time zone. These are the times in New York: check yours"]
    }
    assert second.status_code == 303
    assert BookingRequest.objects.get().starts_at == start


def test_whoever_chooses_no_time_may_change_the_zone_freely(visitor: Client) -> None:
    form = hidden_fields(page_of(visitor.get("/book/")))

    response = visitor.post("/book/", form | COMPLETE | {"starts_at": "none", "time_zone": "Asia/Tokyo"})

    assert response.status_code == 303


def test_enter_sends_the_form_and_does_not_show_times(visitor: Client, booking: BookingRequest) -> None:
    pages = [page_of(visitor.get(url)) for url in ["/book/", f"{booking.get_absolute_url()}move/"]]

    first_buttons = [re.findall(r'<button type="submit"([^>]*)>', page)[0] for page in pages]

    assert [button for button in first_buttons if "name=" in button] == []


# --- The time


def test_chosen_time_is_held_and_offered_to_nobody_else(visitor: Client) -> None:
    start = open_starts()[0]

    visitor.post("/book/", COMPLETE | {"starts_at": as_value(start)})

    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.ends_at) == (start, start + timedelta(minutes=30))
    assert start not in open_starts()
    assert as_value(start) not in page_of(visitor.get("/book/"))


def test_address_may_choose_a_time(visitor: Client) -> None:
    start = as_value(open_starts()[3])

    page = page_of(visitor.get(f"/book/?time={start}"))

    assert [choice.value for choice in choices_on(page) if choice.is_chosen] == [start]


@pytest.mark.parametrize(
    "wish", ["", "tomorrow", "9999-12-31T23:59Z", "0001-01-01T00:00Z", "2026-11-24", "%00"]
)
def test_address_with_something_else_for_a_time_chooses_none(visitor: Client, wish: str) -> None:
    page = page_of(visitor.get(f"/book/?time={wish}&tz=Pacific/Kiritimati"))

    assert [choice for choice in choices_on(page) if choice.is_chosen or choice.note] == []
    assert 'role="status"' not in page


def test_address_whose_time_is_gone_is_told_so_without_an_error(visitor: Client) -> None:
    before, start, after = open_starts()[:3]
    submitted(starts_at=start)

    response = visitor.get(f"/book/?time={as_value(start)}")

    page = page_of(response)
    assert response.status_code == 200
    assert f"{said_of(start)} has just been taken by someone else. Select another time." in page
    assert notes_on(page) == {
        as_value(before): "closest",
        as_value(start): "taken",
        as_value(after): "closest",
    }
    assert not title_of(response).startswith("Error")


def test_time_that_has_just_gone_is_refused_kindly_and_the_nearest_are_offered(visitor: Client) -> None:
    before, start, after = open_starts()[:3]
    submitted(starts_at=start)

    response = visitor.post("/book/", COMPLETE | {"starts_at": as_value(start)})

    page, message = page_of(response), f"{said_of(start)} has just been taken by someone else"
    assert response.status_code == 409
    assert errors_of(response) == {"starts_at": [f"{message}. Select another time"]}
    assert title_of(response).startswith("Error: ")
    assert 'class="problems" tabindex="-1" autofocus' in page
    assert is_everything_kept(page)
    assert choices_on(page)[:3] == [
        Choice(as_value(before), said_of(before)[-5:], "closest", True, False),
        Choice(as_value(start), said_of(start)[-5:], "taken", False, False),
        Choice(as_value(after), said_of(after)[-5:], "closest", True, False),
    ]
    assert BookingRequest.objects.count() == 1


def test_gone_time_can_be_replaced_by_sending_the_page_again(visitor: Client) -> None:
    start, after = open_starts()[1:3]
    submitted(starts_at=start)
    refused = visitor.post("/book/", COMPLETE | {"starts_at": as_value(start)})

    answer = visitor.post(
        "/book/", COMPLETE | hidden_fields(page_of(refused)) | {"starts_at": as_value(after)}
    )

    assert answer.status_code == 303
    assert BookingRequest.objects.latest("pk").starts_at == after


def test_time_that_goes_between_checking_and_storing_is_refused_in_the_same_words(
    open_hours: CallRules,
) -> None:
    start = open_starts()[0]
    sent = QueryDict(mutable=True)
    sent.update(COMPLETE | {"starts_at": as_value(start)})
    form = BookingForm(sent, words=BookingPage.current(), source=Source(), times=open_times(timezone.now()))
    assert form.is_valid()
    submitted(starts_at=start)

    with pytest.raises(TimeTaken) as taken:
        form.submit(Visit())
    form.refuse_time(taken.value.starts_at, open_times(timezone.now()))

    assert form.errors == {
        "starts_at": [f"{said_of(start)} has just been taken by someone else. Select another time"]
    }
    assert form.notes[start] == "taken"


@pytest.mark.parametrize(
    ("hours_ahead", "reason"),
    [(-1, "has passed"), (1, "is less than 24 hours ahead by now"), (24 * 100, "is not open any more")],
)
def test_time_that_nobody_took_is_not_said_to_be_taken(
    visitor: Client, hours_ahead: int, reason: str
) -> None:
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours_ahead)

    response = visitor.post("/book/", COMPLETE | {"starts_at": as_value(start)})

    assert response.status_code == 409
    assert errors_of(response) == {"starts_at": [f"{said_of(start)} {reason}. Select another time"]}
    assert notes_on(page_of(response))[as_value(start)] == "gone"


def test_closed_day_is_not_said_to_be_taken(visitor: Client) -> None:
    start = open_starts()[0]
    day = start.date()
    Closure.objects.create(first_day=day, last_day=day)

    response = visitor.post("/book/", COMPLETE | {"starts_at": as_value(start)})

    assert errors_of(response) == {
        "starts_at": [f"{said_of(start)} is not open any more. Select another time"]
    }


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Adak", "UTC"])
@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00Z", "9999-12-31T23:59Z", "2026-13-01T00:00Z", "now", "\0", "none\n", " "]
)
def test_what_is_no_time_of_the_list_is_asked_again(visitor: Client, value: str, zone: str) -> None:
    response = visitor.post("/book/", COMPLETE | {"starts_at": value, "time_zone": zone})

    assert response.status_code == 422
    assert list(errors_of(response)) == ["starts_at"]


# --- No time


def test_without_an_open_time_the_form_joins_the_waiting_list(visitor: Client) -> None:
    close_everything()
    page = page_of(visitor.get("/book/"))

    visitor.post("/book/", COMPLETE | hidden_fields(page))

    booking = BookingRequest.objects.get()
    assert "Join the waiting list" in page
    assert choices_on(page) == []
    assert (booking.on_waiting_list, booking.starts_at) == (True, None)
    assert booking.wished_time == ANSWERS["wished_time"]


def test_last_time_taken_while_the_form_was_open_leads_to_the_waiting_list_at_once(visitor: Client) -> None:
    form, start = hidden_fields(page_of(visitor.get("/book/"))), open_starts()[0]
    submitted(starts_at=start)
    close_everything()

    refused = visitor.post("/book/", COMPLETE | form | {"starts_at": as_value(start)})

    page = page_of(refused)
    assert refused.status_code == 409
    assert errors_of(refused) == {
        "__all__": [f"{said_of(start)} has just been taken by someone else. No other time is open"]
    }
    assert "Join the waiting list</button>" in page
    assert is_everything_kept(page)
    assert BookingRequest.objects.count() == 1
    visitor.post("/book/", COMPLETE | hidden_fields(page))
    assert BookingRequest.objects.latest("pk").on_waiting_list


def test_nobody_joins_the_waiting_list_who_has_not_seen_it(visitor: Client) -> None:
    form = hidden_fields(page_of(visitor.get("/book/")))
    close_everything()

    without_choice = visitor.post("/book/", COMPLETE | form)
    none_suits = visitor.post("/book/", COMPLETE | form | {"starts_at": "none"})

    assert without_choice.status_code == 422
    assert errors_of(without_choice) == {"__all__": [NO_TIME_LEFT]}
    assert none_suits.status_code == 303
    assert not BookingRequest.objects.get().on_waiting_list


def test_whoever_sends_the_waiting_list_when_times_are_open_again_may_choose_one(visitor: Client) -> None:
    close_everything()
    form = hidden_fields(page_of(visitor.get("/book/")))
    Closure.objects.all().delete()

    refused = visitor.post("/book/", COMPLETE | form)

    assert errors_of(refused) == {"starts_at": [TIME_CAME_FREE]}
    assert is_everything_kept(page_of(refused))
    sent = COMPLETE | hidden_fields(page_of(refused)) | {"starts_at": as_value(open_starts()[0])}
    assert visitor.post("/book/", sent).status_code == 303
    assert not BookingRequest.objects.get().on_waiting_list


def test_days_that_are_shown_hold_every_open_time(visitor: Client) -> None:
    page = page_of(visitor.get("/book/"))

    assert [choice.value for choice in choices_on(page)] == [as_value(start) for start in open_starts()]
    assert sum(map(len, days_on(page).values())) == len(open_starts())
