"""The feed of confirmed calls: for who has its address, until that is revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import BookingRequest, CalendarFeed
from tests.leads.calendar_rules import checked
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def feed() -> CalendarFeed:
    return CalendarFeed.open("Zen’s phone", at=AT)


def confirmed(by: User, starts_at: datetime, **changes: Any) -> BookingRequest:
    booking = submitted(starts_at=starts_at, at=starts_at - 3 * DAY, **changes)
    booking.confirm(by=by, at=starts_at - 2 * DAY)
    return booking


def tomorrow() -> datetime:
    return (timezone.now() + DAY).replace(minute=0, second=0, microsecond=0)


def test_feed_tells_whom_when_in_utc_and_where_on_the_desk(
    client: Client, owner: User, feed: CalendarFeed
) -> None:
    starts_at = tomorrow()
    confirmed(owner, starts_at, name="Samira, Haddad")

    answer = client.get(feed.get_absolute_url())

    (event,) = checked(answer.content.decode())
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert event["SUMMARY"] == ["Strategy call: Samira\\, Haddad"]
    assert event["DTSTART"] == [f"{starts_at:%Y%m%dT%H%M%SZ}"]
    assert event["URL"][0].startswith("http://127.0.0.1:8000/admin/")
    assert "samira@example.com" not in answer.content.decode()


def test_feed_holds_confirmed_calls_of_the_last_month_and_all_ahead(owner: User) -> None:
    old, recent, ahead = (confirmed(owner, AT + days * DAY) for days in (-31, -30, 90))
    submitted(starts_at=AT + DAY, at=AT)
    confirmed(owner, AT + 2 * DAY).cancel(by=owner, at=AT)

    assert list(BookingRequest.objects.for_feed(AT)) == [recent, ahead]
    assert old not in BookingRequest.objects.for_feed(AT)


def test_feed_without_calls_is_still_a_calendar(client: Client, feed: CalendarFeed) -> None:
    assert checked(client.get(feed.get_absolute_url()).content.decode()) == []


def test_revoked_feed_is_as_unknown_as_any_other(client: Client, feed: CalendarFeed) -> None:
    unknown = client.get("/calendar/nobody-knows-this.ics")
    feed.revoke(at=AT)
    revoked = client.get(feed.get_absolute_url())

    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content


def test_revoking_twice_keeps_the_first_instant(feed: CalendarFeed) -> None:
    feed.revoke(at=AT)
    feed.revoke(at=AT + DAY)

    assert feed.revoked_at == AT


def test_address_cannot_be_guessed() -> None:
    secrets = {CalendarFeed.open("one", at=AT).secret for _ in range(10)}

    assert len(secrets) == 10
    assert {len(secret) for secret in secrets} == {43}


def test_feed_is_only_read(client: Client, feed: CalendarFeed) -> None:
    assert client.post(feed.get_absolute_url()).status_code == 405


def test_number_of_queries_does_not_depend_on_the_number_of_calls(
    client: Client, owner: User, feed: CalendarFeed
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(feed.get_absolute_url())
        return len(captured)

    confirmed(owner, tomorrow())
    one = queries()
    for days in range(1, 4):
        confirmed(owner, tomorrow() + days * DAY)

    assert queries() == one
