"""Calendar files: by the rules, back at the same instants, and not to be broken by what a visitor types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from leads import calendar_file, emails
from leads.models import BookingPage, BookingRequest
from leads.outbox import as_email
from pages.models import Brand
from tests.leads.calendar_rules import checked
from tests.leads.factories import ANSWERS, submitted

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 9, 0, 0, 123456, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 25, 16, 15, tzinfo=ZoneInfo("Europe/Amsterdam"))


def call(**changes: Any) -> BookingRequest:
    return submitted(**({"starts_at": STARTS_AT, "at": AT} | changes))


def unsaved(**changes: Any) -> BookingRequest:
    ends_at = STARTS_AT + timedelta(minutes=30)
    fields = ANSWERS | {"starts_at": STARTS_AT, "ends_at": ends_at, "token": "a-token", "pk": 1}
    return BookingRequest(**(fields | changes))


def test_invitation_holds_the_whole_call() -> None:
    Brand(name="Zen van Riel", contact_email="hello@example.com").save()
    booking = call()

    (event,) = checked(calendar_file.invitation(booking, at=AT))

    assert event.pop("UID")[0]
    page = f"http://127.0.0.1:8000/calls/{booking.token}/"
    assert event == {
        "SEQUENCE": ["0"],
        "DTSTAMP": ["20261120T090000Z"],
        "DTSTART": ["20261125T151500Z"],
        "DTEND": ["20261125T154500Z"],
        "STATUS": ["CONFIRMED"],
        "SUMMARY": ["Strategy call with Zen van Riel"],
        "DESCRIPTION": [f"Move or cancel the call on its own page:\\n{page}"],
        "LOCATION": ["Video call"],
        "URL": [page],
        "ORGANIZER": ["mailto:hello@example.com"],
        "ATTENDEE": ["mailto:samira@example.com"],
    }


def test_place_of_a_confirmed_call_is_how_to_join_it() -> None:
    BookingPage(how_to_join="https://meet.coach.example/zen").save()
    requested, confirmed = call(), call(status="confirmed", starts_at=STARTS_AT + timedelta(days=1))

    files = [
        calendar_file.for_download(requested, at=AT),
        calendar_file.invitation(confirmed, at=AT),
        calendar_file.feed([confirmed], at=AT),
    ]

    places = [event["LOCATION"] for file in files for event in checked(file)]
    assert places == [["Video call"], *2 * [["https://meet.coach.example/zen"]]]
    assert "location=https%3A%2F%2Fmeet.coach.example%2Fzen" in calendar_file.google_link(confirmed)


def test_every_kind_of_file_keeps_the_rules() -> None:
    booking = call()
    files = [
        calendar_file.invitation(booking, at=AT),
        calendar_file.withdrawal(booking, at=AT),
        calendar_file.for_download(booking, at=AT),
        calendar_file.feed([booking], at=AT),
        calendar_file.feed([], at=AT),
    ]

    assert [len(checked(file)) for file in files] == [1, 1, 1, 1, 0]
    assert [calendar_file.method_of(file) for file in files] == [
        "REQUEST",
        "CANCEL",
        "PUBLISH",
        "PUBLISH",
        "PUBLISH",
    ]


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Asia/Kathmandu", "Pacific/Auckland", "UTC"])
def test_file_reads_back_at_the_same_instants(zone: str) -> None:
    starts_at = datetime(2027, 3, 28, 3, 0, tzinfo=ZoneInfo(zone))
    ends_at = starts_at + timedelta(minutes=45)

    file = calendar_file.invitation(unsaved(starts_at=starts_at, ends_at=ends_at), at=AT)

    (event,) = Calendar.from_ical(file).events
    assert (event.start, event.end) == (starts_at, ends_at)


def test_move_and_cancellation_change_the_same_entry(owner: User) -> None:
    booking = call()
    booking.confirm(by=owner, at=AT)
    booking.move(STARTS_AT + timedelta(hours=2), by=owner, at=AT)
    booking.cancel(by=owner, at=AT)

    files = booking.messages.exclude(calendar="").order_by("pk").values_list("calendar", flat=True)
    events = [checked(file)[0] for file in files]

    assert [calendar_file.method_of(file) for file in files] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [event["SEQUENCE"] for event in events] == [["0"], ["1"], ["2"]]
    assert [event["DTSTART"][0][9:13] for event in events] == ["1515", "1715", "1715"]
    assert len({event["UID"][0] for event in events}) == 1


def test_two_calls_are_two_entries_and_no_entry_tells_the_secret_of_its_page() -> None:
    one, other = (checked(calendar_file.invitation(unsaved(token=token), at=AT))[0] for token in ("a", "b"))

    assert one["UID"] != other["UID"]
    assert "a-token" not in checked(calendar_file.feed([unsaved()], at=AT))[0]["UID"][0]


@pytest.mark.parametrize(
    "name",
    [
        "Bo\r\nEND:VEVENT\r\nBEGIN:VEVENT",
        "Bo\nATTENDEE:mailto:victim@example.com",
        'Bo";X-EVIL="1',
        "Bo:mailto:victim@example.com",
        "Bo\\;Jo, and; others",
        "Bo\x00\x07\x1b[31m\x7f\x85",
        "Bo\u2028END:VEVENT",
        "Zoë 🦄 " * 12,
        "^n^'",
    ],
)
def test_name_cannot_break_out_of_its_place(name: str) -> None:
    booking = unsaved(name=name)

    for file in (calendar_file.invitation(booking, at=AT), calendar_file.feed([booking], at=AT)):
        (event,) = checked(file)
        assert event.get("ATTENDEE", ["mailto:samira@example.com"]) == ["mailto:samira@example.com"]


@given(name=st.text(max_size=100))
def test_no_name_at_all_breaks_the_rules(name: str) -> None:
    booking = unsaved(name=name)

    assert len(checked(calendar_file.invitation(booking, at=AT))) == 1
    assert len(checked(calendar_file.feed([booking], at=AT))) == 1


def test_words_of_the_site_are_escaped_too() -> None:
    BookingPage(place="Room 1, left; or\\right").save()

    (event,) = checked(calendar_file.invitation(unsaved(), at=AT))

    assert event["LOCATION"] == ["Room 1\\, left\\; or\\\\right"]


def test_download_invites_nobody_and_says_whether_the_call_is_certain(owner: User) -> None:
    booking = call()
    (asked,) = checked(calendar_file.for_download(booking, at=AT))
    booking.confirm(by=owner, at=AT)
    (confirmed,) = checked(calendar_file.for_download(booking, at=AT))

    assert (asked["STATUS"], confirmed["STATUS"]) == (["TENTATIVE"], ["CONFIRMED"])
    assert "ATTENDEE" not in asked


def test_links_add_the_same_call_to_calendars_on_the_web() -> None:
    booking = unsaved()
    google = parse_qs(urlsplit(calendar_file.google_link(booking)).query)
    outlook = parse_qs(urlsplit(calendar_file.outlook_link(booking)).query)

    page = "http://127.0.0.1:8000/calls/a-token/"
    assert google == {
        "action": ["TEMPLATE"],
        "text": ["Strategy call with Your name"],
        "dates": ["20261125T151500Z/20261125T154500Z"],
        "details": [page],
        "location": ["Video call"],
    }
    assert outlook == {
        "path": ["/calendar/action/compose"],
        "rru": ["addevent"],
        "subject": ["Strategy call with Your name"],
        "startdt": ["2026-11-25T15:15:00Z"],
        "enddt": ["2026-11-25T15:45:00Z"],
        "body": [page],
        "location": ["Video call"],
    }


def test_call_without_a_time_has_no_file() -> None:
    with pytest.raises(ValueError, match="without a time"):
        calendar_file.for_download(unsaved(starts_at=None, ends_at=None), at=AT)


# --- In a mail


@pytest.mark.parametrize(("cancelled", "method"), [(False, "REQUEST"), (True, "CANCEL")])
def test_mail_carries_the_file_as_an_alternative_and_as_an_attachment(cancelled: bool, method: str) -> None:
    booking = call(name="Zoë Ω")
    message = emails.cancellation(booking, was_invited=True) if cancelled else emails.confirmation(booking)

    mail = message_from_bytes(as_email(message).message().as_bytes(), policy=SMTP)

    parts = {part.get_content_type(): part for part in mail.walk()}
    assert list(parts) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    alternative, attachment = parts["text/calendar"], parts["application/ics"]
    assert isinstance(alternative, EmailMessage)
    assert alternative.get_param("method") == method
    assert alternative.get_content_charset() == "utf-8"
    assert alternative.get_content().splitlines() == message.calendar.splitlines()
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_payload(decode=True) == message.calendar.encode()
    assert f"METHOD:{method}\r\n" in message.calendar
    checked(message.calendar)
