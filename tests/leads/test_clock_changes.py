"""The right hour on the whole way: from the form through the mails to the prospect's own page."""

from __future__ import annotations

import re
import shutil
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads import zones
from leads.models import BookingRequest, CallRules, Message, WeeklyHours
from leads.open_times import open_times
from leads.time_choices import as_value
from tests.leads.factories import ANSWERS, submitted
from tests.leads.reading import days_on, page_of

COMPLETE = ANSWERS | {"consent": "on"}


@pytest.fixture
def prospect(db: None) -> Client:
    return Client(headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1"})


def offer(begins: str, ends: str, *, zone: str = "Europe/Amsterdam", days: int = 1) -> None:
    """These hours every day, on the coach's wall clock."""
    CallRules(
        time_zone=zone, notice_hours=0, horizon_days=days, gap_minutes=30, calls_a_day=96, calls_a_week=672
    ).save()
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins=begins, ends=ends)


def on(wall: str, zone: str = "Europe/Amsterdam") -> time_machine.travel:
    """A day, as it is for the coach at that time."""
    return time_machine.travel(
        datetime.fromisoformat(wall).replace(tzinfo=zoneinfo.ZoneInfo(zone)), tick=False
    )


def shown(prospect: Client, zone: str) -> dict[str, list[str]]:
    return days_on(page_of(prospect.get(f"/book/?tz={zone}")))


def book(prospect: Client, start: datetime, zone: str) -> BookingRequest:
    answer = prospect.post("/book/", COMPLETE | {"starts_at": as_value(start), "time_zone": zone})
    assert answer.status_code == 303
    return BookingRequest.objects.latest("pk")


def told_on_the_way(prospect: Client, booking: BookingRequest) -> tuple[str, str]:
    """The prospect's own clock, as their page and the first mail tell it."""
    page = page_of(prospect.get(booking.get_absolute_url()))
    mail = Message.objects.get(booking=booking, kind="acknowledgement").text
    found = re.search(r'<p class="when"><time [^>]*>([^<]*)</time>', page)
    assert found is not None
    return found[1], next(line.strip() for line in mail.splitlines() if found[1][:12] in line)


# --- Where the prospect is


@pytest.mark.parametrize(
    ("zone", "days", "told"),
    [
        (
            "Pacific/Auckland",
            {"Wed 25 Nov": ["04:00"]},
            "Wednesday 25 November 2026, 04:00, Auckland (UTC+13)",
        ),
        (
            "Pacific/Pago_Pago",
            {"Tue 24 Nov": ["04:00"]},
            "Tuesday 24 November 2026, 04:00, Pago Pago (UTC−11)",
        ),
        (
            "Pacific/Kiritimati",
            {"Wed 25 Nov": ["05:00"]},
            "Wednesday 25 November 2026, 05:00, Kiritimati (UTC+14)",
        ),
        ("Asia/Kolkata", {"Tue 24 Nov": ["20:30"]}, "Tuesday 24 November 2026, 20:30, Kolkata (UTC+5:30)"),
        (
            "Asia/Kathmandu",
            {"Tue 24 Nov": ["20:45"]},
            "Tuesday 24 November 2026, 20:45, Kathmandu (UTC+5:45)",
        ),
        ("Australia/Eucla", {"Tue 24 Nov": ["23:45"]}, "Tuesday 24 November 2026, 23:45, Eucla (UTC+8:45)"),
        (
            "Pacific/Chatham",
            {"Wed 25 Nov": ["04:45"]},
            "Wednesday 25 November 2026, 04:45, Chatham (UTC+13:45)",
        ),
    ],
)
def test_prospect_far_away_is_told_their_own_day_and_hour(
    prospect: Client, zone: str, days: dict[str, list[str]], told: str
) -> None:
    with on("2026-11-23T20:00"):
        offer("16:00", "16:30")

        assert shown(prospect, zone) == days
        booking = book(prospect, open_times(timezone.now()).starts[0], zone)

        assert booking.starts_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
        assert told_on_the_way(prospect, booking) == (told, told)


# --- Days on which clocks change


def test_in_the_spring_gap_a_time_that_does_not_exist_cannot_be_booked(prospect: Client) -> None:
    with on("2027-03-28T00:30"):
        offer("01:30", "04:00", days=0)

        assert shown(prospect, "Europe/Amsterdam") == {"Sun 28 Mar": ["01:30", "03:30"]}
        booking = book(prospect, datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "Europe/Amsterdam")

        told = "Sunday 28 March 2027, 03:30, Amsterdam (UTC+2)"
        assert told_on_the_way(prospect, booking) == (told, told)


def test_in_the_autumn_fold_a_time_is_offered_once_and_says_which_it_is(prospect: Client) -> None:
    with on("2026-10-25T00:30"):
        offer("02:30", "03:30", days=0)

        assert shown(prospect, "Europe/Amsterdam") == {"Sun 25 Oct": ["02:30 (UTC+2)"]}
        booking = book(prospect, datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Amsterdam")

        told = "Sunday 25 October 2026, 02:30, Amsterdam (UTC+2)"
        assert told_on_the_way(prospect, booking) == (told, told)


def test_two_times_of_the_prospects_double_hour_are_told_apart(prospect: Client) -> None:
    # New York puts its clocks back a week after Amsterdam, at 06:00 UTC.
    with on("2026-11-01T05:00"):
        offer("06:30", "08:00", days=0)

        assert shown(prospect, "America/New_York") == {"Sun 1 Nov": ["01:30 (UTC−4)", "01:30 (UTC−5)"]}
        first, second = (
            book(prospect, start, "America/New_York") for start in open_times(timezone.now()).starts
        )

        assert [told_on_the_way(prospect, call)[0] for call in (first, second)] == [
            "Sunday 1 November 2026, 01:30, New York (UTC−4)",
            "Sunday 1 November 2026, 01:30, New York (UTC−5)",
        ]


def test_between_the_changes_of_two_zones_their_distance_is_another(prospect: Client) -> None:
    clocks = []
    for day in ["2026-10-19", "2026-10-26", "2026-11-02"]:
        with on(f"{day}T05:00"):
            WeeklyHours.objects.all().delete()
            offer("15:00", "15:30", days=0)
            clocks += list(shown(prospect, "America/New_York").values())

    assert clocks == [["09:00"], ["10:00"], ["09:00"]]


def test_days_before_and_after_a_change_stand_in_one_list_by_their_own_clocks(prospect: Client) -> None:
    with on("2026-10-24T05:00"):
        offer("15:00", "15:30", days=2)

        assert shown(prospect, "Asia/Tokyo") == {
            "Sat 24 Oct": ["22:00"],
            "Sun 25 Oct": ["23:00"],
            "Mon 26 Oct": ["23:00"],
        }


def test_a_leap_day_can_be_booked(prospect: Client) -> None:
    with on("2028-02-29T05:00"):
        offer("15:00", "15:30", days=0)
        booking = book(prospect, open_times(timezone.now()).starts[0], "America/New_York")

        assert told_on_the_way(prospect, booking)[0] == "Tuesday 29 February 2028, 09:00, New York (UTC−5)"


# --- The coach moves


def test_coach_who_changes_zone_keeps_the_calls_at_their_instants(prospect: Client) -> None:
    with on("2026-11-23T05:00"):
        offer("15:00", "16:30", days=0)
        start, later = open_times(timezone.now()).starts
        booking = book(prospect, start, "Asia/Kathmandu")
        CallRules.objects.update(time_zone="Europe/Lisbon")

        booking.refresh_from_db()
        page = page_of(prospect.get(booking.get_absolute_url()))

        assert (booking.starts_at, booking.clock_has_changed) == (start, False)
        assert "Monday 23 November 2026, 19:45, Kathmandu (UTC+5:45)" in page
        assert "Monday 23 November 2026, 14:00, Lisbon (UTC+0)" in page
        assert open_times(timezone.now()).starts == (later, later + timedelta(hours=1))


# --- The rules of clocks change


@pytest.fixture
def new_york_lives_by_chicago(tmp_path: Path) -> Iterator[None]:
    """As after an update of the system's time zones, in which New York has given up an hour."""
    place = tmp_path / "America" / "New_York"
    place.parent.mkdir()
    with as_file(files("tzdata") / "zoneinfo" / "America" / "Chicago") as chicago:
        shutil.copy(chicago, place)
    before = zoneinfo.TZPATH
    _read_zones_from(str(tmp_path), *before)
    yield
    _read_zones_from(*before)


def _read_zones_from(*paths: str) -> None:
    zoneinfo.reset_tzpath(paths)
    zoneinfo.ZoneInfo.clear_cache()
    zones._choices.cache_clear()


@pytest.fixture
def call_in_new_york(open_hours: CallRules, owner: User) -> BookingRequest:
    with on("2026-11-23T07:00"):
        booking = submitted(
            starts_at=datetime(2026, 11, 25, 14, 30, tzinfo=UTC), time_zone="America/New_York"
        )
        booking.confirm(by=owner, at=timezone.now())
    return booking


def test_call_stays_at_its_instant_and_the_page_tells_the_new_clock(
    prospect: Client, call_in_new_york: BookingRequest, request: pytest.FixtureRequest
) -> None:
    url = call_in_new_york.get_absolute_url()
    with on("2026-11-24T07:00"):
        before = page_of(prospect.get(url))
        request.getfixturevalue("new_york_lives_by_chicago")
        after = page_of(prospect.get(url))

    assert "Wednesday 25 November 2026, 09:30, New York (UTC−5)" in before
    assert "Another time on your clock" not in before
    assert "Wednesday 25 November 2026, 08:30, New York (UTC−6)" in after
    assert "the call was at 09:30 on Wednesday 25 November" in after
    assert BookingRequest.objects.get().starts_at == datetime(2026, 11, 25, 14, 30, tzinfo=UTC)


def test_moving_under_the_new_rules_is_a_new_promise(
    prospect: Client, call_in_new_york: BookingRequest, new_york_lives_by_chicago: None
) -> None:
    with on("2026-11-24T07:00"):
        call = BookingRequest.objects.get()
        assert call.clock_has_changed

        call.move(datetime(2026, 11, 26, 14, 30, tzinfo=UTC), by=None, at=timezone.now())

        assert (call.promised_clock, call.clock_has_changed) == ("2026-11-26T08:30", False)
        assert "Another time on your clock" not in page_of(prospect.get(call.get_absolute_url()))
