"""Instants in words: both clocks, the right day and offset, the reader's language of dates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leads.clock import Told, in_full, told

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def test_both_clocks_name_day_city_and_offset() -> None:
    assert told(NOON, own="America/New_York", other="Europe/Amsterdam") == Told(
        own="Wednesday 25 November 2026, 07:00, New York (UTC−5)",
        other="Wednesday 25 November 2026, 13:00, Amsterdam (UTC+1)",
    )


def test_one_zone_is_told_once() -> None:
    assert told(NOON, own="Europe/Amsterdam", other="Europe/Amsterdam").other == ""


def test_beyond_the_date_line_it_is_another_day() -> None:
    instant = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)

    assert told(instant, own="Pacific/Auckland", other="Pacific/Pago_Pago") == Told(
        own="Thursday 26 November 2026, 09:00, Auckland (UTC+13)",
        other="Wednesday 25 November 2026, 09:00, Pago Pago (UTC−11)",
    )


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kolkata", "Wednesday 25 November 2026, 17:30, Kolkata (UTC+5:30)"),
        ("Asia/Kathmandu", "Wednesday 25 November 2026, 17:45, Kathmandu (UTC+5:45)"),
        ("UTC", "Wednesday 25 November 2026, 12:00, Coordinated Universal Time (UTC+0)"),
    ],
)
def test_offsets_of_half_and_quarter_hours(zone: str, expected: str) -> None:
    assert in_full(NOON, zone) == expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "Sunday 28 March 2027, 01:59, Amsterdam (UTC+1)"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "Sunday 28 March 2027, 03:00, Amsterdam (UTC+2)"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sunday 25 October 2026, 02:30, Amsterdam (UTC+2)"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sunday 25 October 2026, 02:30, Amsterdam (UTC+1)"),
    ],
)
def test_offset_is_that_of_the_day_the_clocks_change(instant: datetime, expected: str) -> None:
    assert in_full(instant, "Europe/Amsterdam") == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-gb", "Wednesday 25 November 2026, 13:00, Amsterdam (UTC+1)"),
        ("en-us", "Wednesday, Nov. 25, 2026, 1:00\N{NO-BREAK SPACE}p.m., Amsterdam (UTC+1)"),
        ("de", "Mittwoch, 25. November 2026, 13:00, Amsterdam (UTC+1)"),
        ("de-AT", "Mittwoch, 25. November 2026, 13:00, Amsterdam (UTC+1)"),
        ("nl", "woensdag, 25 november 2026, 13:00, Amsterdam (UTC+1)"),
        ("tlh", "Wednesday 25 November 2026, 13:00, Amsterdam (UTC+1)"),
        ("../../etc", "Wednesday 25 November 2026, 13:00, Amsterdam (UTC+1)"),
    ],
)
def test_date_is_written_as_the_language_does(language: str, expected: str) -> None:
    assert in_full(NOON, "Europe/Amsterdam", language) == expected


def test_american_midnight_is_no_riddle() -> None:
    midnight = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)

    assert in_full(midnight, "America/New_York", "en-us").endswith(
        "2026, 12:00\N{NO-BREAK SPACE}a.m., New York (UTC−5)"
    )
