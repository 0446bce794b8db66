"""The coach's other calendar: what blocks time, and a last good copy whatever its server sends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from leads import busy
from leads.calendar_reader import Busy, Unreadable, Window, busy_times, busy_times_in
from leads.models import BusyCalendar, BusyTime, Message
from leads.models.busy import STALE_AFTER
from leads.outside import Refused

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WINDOW = Window(AT, AT + timedelta(days=14), ZoneInfo("Europe/Amsterdam"))


def calendar(*events: str, frame: str = "") -> bytes:
    """A calendar file with these events, each as its lines, and more lines in front of them."""
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}\nDTSTAMP:20260101T000000Z\n{event.strip()}\nEND:VEVENT\n"
        for number, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{frame}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def read(*events: str, window: Window = WINDOW, frame: str = "") -> list[str]:
    """The busy times of these events by the UTC clock."""
    answer = busy_times_in(calendar(*events, frame=frame), window)
    assert answer.skipped == 0
    return [f"{begins:%d %H:%M}–{ends:%d %H:%M}" for begins, ends in answer.times]


# --- What an entry means


def test_event_blocks_its_time() -> None:
    assert read("DTSTART:20261125T090000Z\nDTEND:20261125T100000Z") == ["25 09:00–25 10:00"]


def test_duration_serves_instead_of_an_end() -> None:
    assert read("DTSTART:20261125T090000Z\nDURATION:PT45M") == ["25 09:00–25 09:45"]


def test_event_that_goes_on_at_both_edges_of_the_window_counts() -> None:
    assert read("DTSTART:20261123T070000Z\nDTEND:20261123T083000Z") == ["23 07:00–23 08:30"]
    assert read("DTSTART:20261123T070000Z\nDTEND:20261123T080000Z") == []


def test_day_blocks_from_midnight_to_midnight_by_the_coachs_clock() -> None:
    assert read("DTSTART;VALUE=DATE:20261125") == ["24 23:00–25 23:00"]
    assert read("DTSTART;VALUE=DATE:20261125\nDTEND;VALUE=DATE:20261128") == ["24 23:00–27 23:00"]


def test_day_on_which_clocks_change_has_its_own_length() -> None:
    window = Window(datetime(2027, 3, 26, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC), WINDOW.zone)

    assert read("DTSTART;VALUE=DATE:20270328", window=window) == ["27 23:00–28 22:00"]


def test_time_without_a_zone_is_by_the_coachs_clock() -> None:
    assert read("DTSTART:20261125T090000\nDTEND:20261125T100000") == ["25 08:00–25 09:00"]


def test_zone_of_the_event_counts() -> None:
    event = "DTSTART;TZID=America/New_York:20261125T090000\nDTEND;TZID=America/New_York:20261125T100000"

    assert read(event) == ["25 14:00–25 15:00"]


def test_zone_that_the_file_brings_along_counts() -> None:
    zones = (
        "BEGIN:VTIMEZONE\nTZID:Far away\nBEGIN:STANDARD\nDTSTART:19700101T000000\n"
        "TZOFFSETFROM:+0545\nTZOFFSETTO:+0545\nEND:STANDARD\nEND:VTIMEZONE\n"
    )

    event = "DTSTART;TZID=Far away:20261125T090000\nDTEND;TZID=Far away:20261125T100000"

    assert read(event, frame=zones) == ["25 03:15–25 04:15"]


def test_zone_as_windows_names_it_counts() -> None:
    event = "DTSTART;TZID=W. Europe Standard Time:20261125T090000\nDURATION:PT1H"

    assert read(event) == ["25 08:00–25 09:00"]


@pytest.mark.parametrize("line", ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "status:cancelled"])
def test_free_and_cancelled_events_block_nothing(line: str) -> None:
    assert read(f"DTSTART:20261125T090000Z\nDTEND:20261125T100000Z\n{line}") == []


def test_event_without_length_blocks_nothing() -> None:
    assert read("DTSTART:20261125T090000Z") == []


def test_series_goes_on_by_the_wall_clock_over_a_clock_change() -> None:
    window = Window(datetime(2027, 3, 20, tzinfo=UTC), datetime(2027, 4, 5, tzinfo=UTC), WINDOW.zone)
    event = "DTSTART;TZID=Europe/Amsterdam:20200106T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"

    assert read(event, window=window) == ["22 08:00–22 09:00", "29 07:00–29 08:00"]


def test_series_leaves_out_adds_and_moves_single_dates() -> None:
    series = (
        "DTSTART:20261123T100000Z\nDTEND:20261123T110000Z\nRRULE:FREQ=DAILY;COUNT=4\n"
        "EXDATE:20261124T100000Z\nRDATE:20261130T100000Z"
    )
    moved = (
        "RECURRENCE-ID:20261125T100000Z\nDTSTART:20261125T150000Z\nDTEND:20261125T160000Z\n"
        "END:VEVENT\nBEGIN:VEVENT\nUID:0\nRECURRENCE-ID:20261126T100000Z\nSTATUS:CANCELLED\n"
        "DTSTART:20261126T100000Z\nDTEND:20261126T110000Z"
    )
    file = calendar(series, moved).replace(b"UID:1", b"UID:0")

    answer = busy_times_in(file, WINDOW)

    assert [f"{begins:%d %H:%M}" for begins, _ in answer.times] == ["23 10:00", "25 15:00", "30 10:00"]


def test_times_that_overlap_or_touch_are_one() -> None:
    events = [
        "DTSTART:20261125T090000Z\nDTEND:20261125T100000Z",
        "DTSTART:20261125T100000Z\nDTEND:20261125T103000Z",
        "DTSTART:20261125T091500Z\nDTEND:20261125T093000Z",
        "DTSTART:20261125T110000Z\nDTEND:20261125T113000Z",
    ]

    assert read(*events) == ["25 09:00–25 10:30", "25 11:00–25 11:30"]


def test_calendars_own_zone_counts_where_an_event_names_utc() -> None:
    """Google writes recurring events of a calendar so: X-WR-TIMEZONE says where they repeat."""
    event = "DTSTART:20261027T140000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"
    window = Window(datetime(2027, 3, 20, tzinfo=UTC), datetime(2027, 4, 5, tzinfo=UTC), WINDOW.zone)

    found = read(event, window=window, frame="X-WR-TIMEZONE:Europe/Amsterdam\n")

    assert found == ["23 14:00–23 15:00", "30 13:00–30 14:00"]


# --- What makes no sense


GOOD = "DTSTART:20261125T090000Z\nDTEND:20261125T100000Z"


@pytest.mark.parametrize(
    "bad",
    [
        "DTSTART:not a time\nDTEND:20261125T100000Z",
        "SUMMARY:no start",
        "DTSTART:20261125T090000Z\nRRULE:FREQ=SOMETIMES",
        "DTSTART:20261125T130000Z\nDURATION:P1X",
        "DTSTART:99991231T235959Z\nDURATION:P1W",
        "DTSTART:20261124T090000Z\nDURATION:PT1H\nEXDATE:broken",
        "DTSTART:20261125T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=never",
        "DTSTART;TZID=Nowhere/Land:20261124T090000\nRRULE:FREQ=DAILY;INTERVAL=-1",
    ],
)
def test_entry_that_makes_no_sense_is_counted_and_spoils_no_other(bad: str) -> None:
    good = (datetime(2026, 11, 25, 9, tzinfo=UTC), datetime(2026, 11, 25, 10, tzinfo=UTC))

    assert busy_times_in(calendar(bad, GOOD), WINDOW) == Busy([good], skipped=1)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"<!doctype html><title>Sign in</title>",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        b"\xff\xfe\x00" * 100,
        b"BEGIN:VCALENDAR\r\n" * 5000,
        calendar(GOOD) + calendar(GOOD),
    ],
)
def test_answer_that_is_no_calendar_is_refused(file: bytes) -> None:
    with pytest.raises(Unreadable):
        busy_times_in(file, WINDOW)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;BYSECOND=1,2,3"])
def test_entry_that_repeats_without_end_is_given_up(rule: str) -> None:
    began = time.monotonic()

    with pytest.raises(Unreadable, match="too long"):
        busy_times(calendar(f"DTSTART:19000101T000000Z\nDURATION:PT1S\nRRULE:{rule}"), WINDOW, seconds=1)

    assert time.monotonic() - began < 5


def test_own_process_gives_the_same_answer() -> None:
    file = calendar(GOOD, "SUMMARY:no start")

    assert busy_times(file, WINDOW) == busy_times_in(file, WINDOW)
    with pytest.raises(Unreadable, match="not a calendar"):
        busy_times(b"<html>", WINDOW)


# --- The copy that is kept


@pytest.fixture
def other(db: None) -> BusyCalendar:
    calendar = BusyCalendar.objects.create(
        name="Private", url="https://example.com/secret.ics", next_read_at=AT
    )
    BusyCalendar.objects.update(created_at=AT)
    calendar.refresh_from_db()
    return calendar


def kept() -> list[str]:
    times = BusyTime.objects.values_list("starts_at", "ends_at")
    return [f"{begins:%d %H:%M}–{ends:%H:%M}" for begins, ends in times]


def gives(file: bytes) -> busy.Fetch:
    return lambda url: file


def fails(url: str) -> bytes:
    raise Refused("The server answered with status 500.")


def test_due_calendar_is_read_and_the_next_reading_set(other: BusyCalendar) -> None:
    assert busy.read_next(AT, fetch=gives(calendar(GOOD)))

    other.refresh_from_db()
    assert kept() == ["25 09:00–10:00"]
    assert (other.read_at, other.next_read_at, other.last_error) == (AT, AT + busy.READ_EVERY, "")
    assert not busy.read_next(AT, fetch=fails)


def test_new_copy_takes_the_place_of_the_old(other: BusyCalendar) -> None:
    busy.read(other, AT, fetch=gives(calendar(GOOD)))
    busy.read(other, AT, fetch=gives(calendar(GOOD.replace("1125", "1126"))))

    assert kept() == ["26 09:00–10:00"]


@pytest.mark.parametrize("file", [None, b"<html>", b""])
def test_failure_keeps_the_last_good_copy_and_says_why(other: BusyCalendar, file: bytes | None) -> None:
    busy.read(other, AT, fetch=gives(calendar(GOOD)))
    later = AT + timedelta(hours=1)

    assert busy.read_next(later, fetch=fails if file is None else gives(file))

    other.refresh_from_db()
    assert kept() == ["25 09:00–10:00"]
    assert (other.read_at, other.next_read_at) == (AT, later + busy.TRY_AGAIN_AFTER)
    assert other.last_error in {"The server answered with status 500.", "The answer is not a calendar file."}


def test_calendars_do_not_touch_each_others_copy(other: BusyCalendar) -> None:
    second = BusyCalendar.objects.create(name="Work", url="https://example.com/work.ics", next_read_at=AT)
    busy.keep(other, Busy([(AT, AT + timedelta(hours=1))]), AT)
    busy.keep(second, Busy([]), AT)

    assert kept() == ["23 08:00–09:00"]


def test_entries_that_made_no_sense_are_told_to_staff(other: BusyCalendar) -> None:
    busy.keep(other, Busy([], skipped=2), AT)

    assert other.last_error == "2 entries make no sense here and could not block any time."


def test_calendar_is_claimed_by_one_of_two_workers(other: BusyCalendar) -> None:
    twin = BusyCalendar.objects.get()

    assert [busy._claim(calendar, AT) for calendar in (other, twin)] == [True, False]


def test_staff_are_warned_once_when_a_copy_grows_old_and_again_the_next_time(other: BusyCalendar) -> None:
    def warnings() -> int:
        return Message.objects.filter(kind=Message.Kind.STALE_CALENDAR).count()

    counts = []
    busy.read(other, AT, fetch=gives(calendar(GOOD)))
    for after in (STALE_AFTER, STALE_AFTER + timedelta(minutes=5), STALE_AFTER + timedelta(hours=9)):
        busy.read(other, AT + after, fetch=fails)
        counts.append(warnings())
    busy.read(other, AT + timedelta(days=2), fetch=gives(calendar(GOOD)))
    busy.read(other, AT + timedelta(days=3), fetch=fails)

    assert [*counts, warnings()] == [0, 1, 1, 2]


def test_warning_names_the_calendar_and_the_reason_but_not_its_address(other: BusyCalendar) -> None:
    busy.read(other, AT + timedelta(days=1), fetch=fails)

    message = Message.objects.get()
    assert "The calendar “Private” has never been read." in message.text
    assert "status 500" in message.text
    assert "secret.ics" not in message.text + message.html
    assert message.booking is None


@pytest.mark.parametrize("url", ["http://example.com/a.ics", "https://user:pw@example.com/", "nonsense"])
def test_address_that_could_never_be_read_is_refused_when_it_is_typed(url: str) -> None:
    with pytest.raises(ValidationError):
        BusyCalendar(name="Private", url=url).full_clean()


def test_address_as_calendars_write_it_is_taken() -> None:
    BusyCalendar(name="Private", url="webcal://example.com/a.ics").clean_fields()
