"""Which times are open: a function of plain values, tried without a database and without a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.models import CallRules, Closure, WeeklyHours
from leads.open_times import Calendar, OpenTimes, Span

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=AMSTERDAM)
PLENTY = {"calls_a_day": 96, "calls_a_week": 672}


def rules(**changes: object) -> CallRules:
    return CallRules(**({"notice_hours": 0, "horizon_days": 1, **PLENTY} | changes))


def hours(weekday: int, begins: str, ends: str) -> WeeklyHours:
    return WeeklyHours(weekday=weekday, begins=time.fromisoformat(begins), ends=time.fromisoformat(ends))


def every_day(begins: str, ends: str) -> list[WeeklyHours]:
    return [hours(weekday, begins, ends) for weekday in range(7)]


def span(begins: datetime, minutes: int = 30) -> Span:
    return Span(begins, begins + timedelta(minutes=minutes))


def on_the_wall(answer: OpenTimes, zone: ZoneInfo = AMSTERDAM) -> list[str]:
    return [f"{start.astimezone(zone):%d %H:%M}" for start in answer.starts]


def at(text: str, zone: str = "Europe/Amsterdam") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_weekly_hours_are_cut_into_calls_with_a_gap_between() -> None:
    calendar = Calendar(rules(), hours=[hours(0, "15:30", "17:30")])

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 15:30", "23 16:15", "23 17:00"]


def test_a_call_that_would_end_after_the_hours_is_not_offered() -> None:
    calendar = Calendar(rules(), hours=[hours(0, "09:00", "09:25")])

    assert OpenTimes(calendar, MONDAY).starts == ()


def test_hours_may_last_to_the_end_of_the_day() -> None:
    calendar = Calendar(rules(gap_minutes=0), hours=[hours(0, "23:00", "00:00")])

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 23:00", "23 23:30"]


def test_hours_that_overlap_are_offered_once() -> None:
    calendar = Calendar(rules(), hours=[hours(0, "09:00", "10:30"), hours(0, "09:15", "11:00")])

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 09:00", "23 09:45"]


def test_nothing_is_offered_sooner_than_the_notice() -> None:
    calendar = Calendar(rules(notice_hours=10), hours=[hours(0, "15:30", "17:30")])

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 16:15", "23 17:00"]


def test_nothing_is_offered_beyond_the_last_day_of_the_horizon() -> None:
    calendar = Calendar(rules(horizon_days=2), hours=every_day("09:00", "09:30"))

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 09:00", "24 09:00", "25 09:00"]


def test_a_call_takes_its_time_and_the_gap_on_both_sides() -> None:
    taken = span(at("2026-11-23T09:45"))
    calendar = Calendar(
        rules(gap_minutes=20, call_minutes=25), hours=[hours(0, "09:00", "12:00")], calls=[taken]
    )

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 09:00", "23 11:15"]


def test_a_busy_time_takes_only_what_it_overlaps() -> None:
    busy = Span(at("2026-11-23T09:30"), at("2026-11-23T10:30"))
    calendar = Calendar(rules(), hours=[hours(0, "09:00", "12:00")], busy=[busy])

    assert on_the_wall(OpenTimes(calendar, MONDAY)) == ["23 09:00", "23 10:30", "23 11:15"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hours": [hours(2, "09:00", "10:00")]}, "Mon 23 Nov to Tue 24 Nov: no weekly hours"),
        (
            {
                "closures": [
                    Closure(first_day=date(2026, 11, 1), last_day=date(2026, 11, 30), reason="Winter")
                ]
            },
            "Mon 23 Nov to Tue 24 Nov: closed (Winter)",
        ),
        (
            {"closures": [Closure(first_day=date(2026, 11, 23), last_day=date(2026, 11, 24))]},
            "Mon 23 Nov to Tue 24 Nov: closed",
        ),
        (
            {"rules": rules(calls_a_week=1), "calls": [span(at("2026-11-23T20:00"))]},
            "Mon 23 Nov to Tue 24 Nov: the week’s 1 call is taken",
        ),
        ({"rules": rules(notice_hours=72)}, "Mon 23 Nov to Tue 24 Nov: less than 72 hours ahead"),
        (
            {"busy": [Span(at("2026-11-23T00:00"), at("2026-11-25T00:00"))]},
            "Mon 23 Nov to Tue 24 Nov: every time is taken or busy",
        ),
    ],
)
def test_a_day_without_times_says_why(changes: dict[str, object], reason: str) -> None:
    calendar = Calendar(**({"rules": rules(), "hours": every_day("09:00", "10:00")} | changes))  # type: ignore[arg-type]

    assert OpenTimes(calendar, MONDAY).reasons == [reason]


def test_a_day_whose_calls_are_taken_is_full_while_the_next_is_not() -> None:
    calendar = Calendar(
        rules(calls_a_day=1), hours=every_day("09:00", "10:30"), calls=[span(at("2026-11-23T20:00"))]
    )

    answer = OpenTimes(calendar, MONDAY)

    assert on_the_wall(answer) == ["24 09:00", "24 09:45"]
    assert answer.reasons == ["Mon 23 Nov: the day’s 1 call is taken"]


def test_calls_left_this_week_are_never_more_than_its_open_times() -> None:
    few_times = Calendar(rules(calls_a_week=6, horizon_days=14), hours=[hours(4, "09:00", "10:15")])
    few_calls = Calendar(
        rules(calls_a_week=3, horizon_days=14),
        hours=every_day("09:00", "12:00"),
        calls=[span(at("2026-11-23T20:00"))],
    )

    assert OpenTimes(few_times, MONDAY).left_this_week == 2
    assert OpenTimes(few_calls, MONDAY).left_this_week == 2


def test_nearest_times_come_in_their_order() -> None:
    answer = OpenTimes(Calendar(rules(), hours=every_day("09:00", "11:00")), MONDAY)

    nearest = answer.nearest(at("2026-11-23T09:40"))

    assert nearest == [at("2026-11-23T09:00"), at("2026-11-23T09:45")]


def test_the_answer_holds_until_the_first_time_lapses_or_midnight() -> None:
    lapsing = OpenTimes(Calendar(rules(notice_hours=2), hours=every_day("09:00", "10:00")), MONDAY)
    resting = OpenTimes(Calendar(rules(notice_hours=2), hours=[hours(1, "09:00", "10:00")]), MONDAY)

    assert lapsing.true_until == at("2026-11-23T07:00")
    assert resting.true_until == at("2026-11-24T00:00")


# --- Days on which clocks change


def test_in_the_spring_gap_a_time_that_does_not_exist_is_not_offered() -> None:
    calendar = Calendar(rules(gap_minutes=0), hours=[hours(6, "01:30", "04:00")])

    answer = OpenTimes(calendar, at("2027-03-28T00:00"))

    assert on_the_wall(answer) == ["28 01:30", "28 03:00", "28 03:30"]
    assert list(answer.starts) == [
        datetime(2027, 3, 28, 0, 30, tzinfo=UTC) + timedelta(minutes=30) * n for n in range(3)
    ]


def test_in_the_spring_gap_hours_that_do_not_exist_give_no_time() -> None:
    calendar = Calendar(rules(horizon_days=7), hours=[hours(6, "02:30", "03:00")])

    assert on_the_wall(OpenTimes(calendar, at("2027-03-28T00:00"))) == ["04 02:30"]


def test_in_the_spring_gap_calls_keep_their_distance_in_real_minutes() -> None:
    calendar = Calendar(rules(call_minutes=30, gap_minutes=15), hours=[hours(6, "01:00", "05:00")])

    answer = OpenTimes(calendar, at("2027-03-28T00:00"))

    assert on_the_wall(answer) == ["28 01:00", "28 01:45", "28 04:00"]


def test_in_the_autumn_fold_no_time_is_offered_twice() -> None:
    calendar = Calendar(rules(gap_minutes=0), hours=[hours(6, "01:30", "04:00")])

    answer = OpenTimes(calendar, at("2026-10-25T00:00"))

    assert on_the_wall(answer) == ["25 01:30", "25 02:00", "25 02:30", "25 03:00", "25 03:30"]
    assert answer.starts[1] == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    assert answer.starts[3] == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "utc"),
    [
        ("2026-10-24T00:00", "2026-10-25T00:00", ["07:00", "08:00"]),
        ("2027-03-27T00:00", "2027-03-28T00:00", ["08:00", "07:00"]),
    ],
)
def test_a_call_at_nine_is_at_nine_before_and_after_a_clock_change(
    before: str, after: str, utc: list[str]
) -> None:
    calendar = Calendar(rules(horizon_days=0), hours=every_day("09:00", "09:30"))

    starts = [OpenTimes(calendar, at(day)).starts[0] for day in (before, after)]

    assert [f"{start:%H:%M}" for start in starts] == utc


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Kolkata", "03:30"),
        ("Asia/Kathmandu", "03:15"),
        ("Australia/Eucla", "00:15"),
        ("Pacific/Auckland", "20:00"),
        ("Pacific/Apia", "20:00"),
    ],
)
def test_zones_of_half_and_quarter_hours_and_beyond_the_date_line_hold(zone: str, utc: str) -> None:
    calendar = Calendar(rules(time_zone=zone, horizon_days=0), hours=[hours(0, "09:00", "09:30")])

    (start,) = OpenTimes(calendar, at("2026-11-23T00:00", zone)).starts

    assert f"{start:%H:%M}" == utc
    assert start.astimezone(ZoneInfo(zone)) == at("2026-11-23T09:00", zone)


def test_a_zone_that_changes_on_another_day_moves_only_on_its_own() -> None:
    in_new_york = Calendar(
        rules(time_zone="America/New_York", horizon_days=0), hours=every_day("09:00", "09:30")
    )

    # New York leaves summer time on 1 November 2026, a week after Amsterdam.
    starts = [
        OpenTimes(in_new_york, at(f"2026-{day}T00:00", "America/New_York")).starts[0]
        for day in ("10-26", "11-02")
    ]

    assert [f"{start:%H:%M}" for start in starts] == ["13:00", "14:00"]
    assert [f"{start.astimezone(AMSTERDAM):%H:%M}" for start in starts] == ["14:00", "15:00"]


def test_a_leap_day_is_a_day_like_any_other() -> None:
    calendar = Calendar(rules(horizon_days=2), hours=every_day("09:00", "09:30"))

    assert on_the_wall(OpenTimes(calendar, at("2028-02-28T00:00"))) == ["28 09:00", "29 09:00", "01 09:00"]


def test_a_day_that_a_zone_left_out_has_no_times() -> None:
    # Samoa crossed the date line and had no 30 December 2011.
    calendar = Calendar(rules(time_zone="Pacific/Apia", horizon_days=2), hours=every_day("09:00", "09:30"))

    answer = OpenTimes(calendar, at("2011-12-29T00:00", "Pacific/Apia"))

    assert on_the_wall(answer, ZoneInfo("Pacific/Apia")) == ["29 09:00", "31 09:00"]


# --- Whatever the rules

ZONES = [
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
]
CELLS = st.integers(0, 287)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    the_rules = rules(
        time_zone=draw(st.sampled_from(ZONES)),
        call_minutes=draw(st.integers(1, 24)) * 5,
        gap_minutes=draw(st.integers(0, 12)) * 5,
        notice_hours=draw(st.integers(0, 48)),
        horizon_days=draw(st.integers(1, 5)),
        calls_a_day=draw(st.integers(1, 9)),
        calls_a_week=draw(st.integers(1, 20)),
    )
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 2 * 365 * 24 * 60)))
    weekly = [
        WeeklyHours(weekday=draw(st.integers(0, 6)), begins=_clock(first), ends=_clock(last))
        for first, last in draw(
            st.lists(st.tuples(CELLS, CELLS).filter(lambda pair: pair[0] < pair[1]), max_size=10)
        )
    ]
    taken = [
        span(now + timedelta(minutes=5 * offset), minutes=5 * length)
        for offset, length in draw(st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 24)), max_size=6))
    ]
    return Calendar(the_rules, hours=weekly, calls=taken[::2], busy=taken[1::2]), now


def _clock(cell: int) -> time:
    return time(*divmod(5 * cell, 60))


@given(calendars())
def test_every_offered_time_keeps_every_rule(drawn: tuple[Calendar, datetime]) -> None:
    calendar, now = drawn
    rules_, answer = calendar.rules, OpenTimes(calendar, now)
    calls = [Span(start, start + rules_.length) for start in answer.starts]

    assert list(answer.starts) == sorted(set(answer.starts))
    for day in answer.days:  # Across midnight, only what is taken keeps its distance.
        calls_of_day = [Span(start, start + rules_.length) for start in day.starts]
        assert all(first.ends + rules_.gap <= second.begins for first, second in pairwise(calls_of_day))
    for call in calls:
        assert call.begins >= now + rules_.notice
        assert not any(call.overlaps(busy) for busy in calendar.busy)
        assert not any(call.widened(rules_.gap).overlaps(taken) for taken in calendar.calls)
        assert _lies_in_a_rule(call, calendar)
    assert {day.date for day in answer.days if day.starts}.isdisjoint(
        day.date for day in answer.days if day.reason
    )


def _lies_in_a_rule(call: Span, calendar: Calendar) -> bool:
    begins, ends = (
        instant.astimezone(calendar.rules.zone).replace(tzinfo=None) for instant in (call.begins, call.ends)
    )
    midnight = datetime.combine(begins.date(), time())
    return any(
        hours.weekday == begins.weekday()
        and hours.begins <= begins.time()
        and ends
        <= (midnight + timedelta(days=1) if hours.ends == time() else datetime.combine(begins, hours.ends))
        for hours in calendar.hours
    )
