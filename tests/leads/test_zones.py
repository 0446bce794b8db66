from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from leads import zones

WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "label"),
    [
        ("Europe/Amsterdam", WINTER, "Amsterdam (UTC+1)"),
        ("Europe/Amsterdam", SUMMER, "Amsterdam (UTC+2)"),
        ("Europe/London", WINTER, "London (UTC+0)"),
        ("America/New_York", WINTER, "New York (UTC−5)"),
        ("America/St_Johns", WINTER, "St Johns (UTC−3:30)"),
        ("Asia/Kolkata", WINTER, "Kolkata (UTC+5:30)"),
        ("America/Indiana/Knox", WINTER, "Knox, Indiana (UTC−6)"),
        ("UTC", SUMMER, "Coordinated Universal Time (UTC+0)"),
    ],
)
def test_label_names_the_city_and_the_offset_of_that_instant(zone: str, at: datetime, label: str) -> None:
    assert zones.label(zone, at) == label


def test_offset_changes_within_the_day_of_a_clock_change() -> None:
    before = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    after = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)

    assert [zones.offset("Europe/Amsterdam", at) for at in (before, after)] == ["UTC+1", "UTC+2"]


def test_list_groups_every_zone_of_the_table_once_by_region() -> None:
    groups = zones.choices(WINTER, chosen="UTC")

    listed = [pair[0] for _, members in groups for pair in members]
    assert [region for region, _ in groups] == [
        "Africa",
        "Americas",
        "Antarctica",
        "Asia",
        "Atlantic Ocean",
        "Australia",
        "Europe",
        "Indian Ocean",
        "Pacific Ocean",
        "World",
    ]
    assert len(listed) == len(set(listed)) > 400
    assert all(ZoneInfo(zone) for zone in listed)


def test_list_follows_the_hour_it_is_made_for() -> None:
    def amsterdam(at: datetime) -> str:
        europe = dict(zones.choices(at, chosen="UTC"))["Europe"]
        return dict(europe)["Europe/Amsterdam"]  # type: ignore[arg-type]

    assert [amsterdam(WINTER), amsterdam(SUMMER)] == ["Amsterdam (UTC+1)", "Amsterdam (UTC+2)"]


def test_an_old_name_that_a_browser_reports_leads_the_list() -> None:
    assert zones.choices(WINTER, chosen="Asia/Calcutta")[0] == ("Asia/Calcutta", "Calcutta (UTC+5:30)")


def test_list_asks_to_choose_when_the_choice_is_no_zone() -> None:
    assert zones.choices(WINTER, chosen="Mars/Olympus")[0] == ("", "Select your time zone")


@pytest.mark.parametrize("zone", ["Asia/Calcutta", "Europe/Kiev", "Etc/GMT+3", "UTC", "Europe/Amsterdam"])
def test_every_zone_of_zoneinfo_is_known(zone: str) -> None:
    assert zones.is_known(zone)


@pytest.mark.parametrize(
    "zone",
    ["", "Europe", "europe/amsterdam", "../../etc/passwd", "/etc/localtime", "localtime", "Factory", "a\0b"],
)
def test_what_is_no_zone_is_not_known(zone: str) -> None:
    assert not zones.is_known(zone)
