"""Calendars on the staff desk: those that block times, and the feeds of calls."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from leads.models import BusyCalendar, BusyTime, CalendarFeed
from tests.counting import queries_of

pytestmark = pytest.mark.django_db

BUSY = "/admin/leads/busycalendar/"
FEEDS = "/admin/leads/calendarfeed/"
ADDRESS = "https://calendar.example.com/secret/basic.ics"
DAY = timedelta(days=1)


def calendar(**changes: object) -> BusyCalendar:
    later = timezone.now() + DAY
    defaults = {"name": "Private", "url": ADDRESS, "read_at": timezone.now(), "next_read_at": later}
    return BusyCalendar.objects.create(**(defaults | changes))


@pytest.fixture
def looker(db: None, client: Client) -> Client:
    user = User.objects.create_user("looker", is_staff=True)
    seen = ["view_busycalendar", "view_calendarfeed"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=seen))
    client.force_login(user)
    return client


def content(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_list_shows_the_age_of_each_copy_and_marks_the_stale_one(as_adviser: Client) -> None:
    calendar(name="Fresh", read_at=timezone.now() - timedelta(hours=1))
    calendar(name="Stale", read_at=timezone.now() - timedelta(hours=9), last_error="It took too long.")

    page = content(as_adviser, BUSY)

    assert re.findall(r"(\d)\N{NO-BREAK SPACE}hours? ago", page) == ["1", "9"]
    assert page.count(">Stale</span>") == 1
    assert "It took too long." in page


def test_list_names_the_host_and_never_the_secret(as_adviser: Client) -> None:
    calendar()

    page = content(as_adviser, BUSY)

    assert "calendar.example.com" in page
    assert "secret" not in page


def test_address_is_shown_to_those_alone_who_may_change_it(as_adviser: Client, looker: Client) -> None:
    url = f"{BUSY}{calendar().pk}/change/"

    assert [ADDRESS in content(client, url) for client in (as_adviser, looker)] == [True, False]
    assert "calendar.example.com" in content(looker, url)


def test_calendar_that_staff_add_is_due_at_once(as_adviser: Client) -> None:
    as_adviser.post(f"{BUSY}add/", {"name": "Private", "url": ADDRESS})

    assert BusyCalendar.objects.get().next_read_at <= timezone.now()


@pytest.mark.parametrize("address", ["http://example.com/a.ics", "https://user:pw@example.com/", "nothing"])
def test_address_that_cannot_be_read_is_refused(as_adviser: Client, address: str) -> None:
    response = as_adviser.post(f"{BUSY}add/", {"name": "Private", "url": address})

    assert response.status_code == 200
    assert 'class="errorlist"' in response.content.decode()
    assert not BusyCalendar.objects.exists()


def test_new_address_is_due_at_once_and_a_new_name_is_not(as_adviser: Client) -> None:
    url = f"{BUSY}{calendar().pk}/change/"
    due = []
    for name, address in [("Renamed", ADDRESS), ("Renamed", "https://example.com/other.ics")]:
        as_adviser.post(url, {"name": name, "url": address})
        due.append(BusyCalendar.objects.get().next_read_at <= timezone.now())

    assert due == [False, True]


def test_button_makes_a_calendar_due(as_adviser: Client) -> None:
    one = calendar()

    response = as_adviser.post(f"{BUSY}{one.pk}/read/")

    assert response.headers["Location"] == f"{BUSY}{one.pk}/change/"
    one.refresh_from_db()
    assert one.next_read_at <= timezone.now()


def test_action_makes_several_due(as_adviser: Client) -> None:
    chosen = [calendar().pk, calendar().pk]
    left_out = calendar()

    response = as_adviser.post(BUSY, {"action": "read_now", "_selected_action": chosen})

    told = [str(message) for message in get_messages(response.wsgi_request)]
    assert told == ["The worker reads it at its next round, within seconds."]
    due = BusyCalendar.objects.filter(next_read_at__lte=timezone.now())
    assert {one.pk for one in due} == {*chosen}
    assert left_out.pk not in chosen


def test_whoever_may_only_look_makes_nothing_due(looker: Client) -> None:
    one = calendar()

    assert looker.post(f"{BUSY}{one.pk}/read/").status_code == 403
    assert "/read/" not in content(looker, f"{BUSY}{one.pk}/change/")


def test_longer_list_of_calendars_takes_no_more_queries(as_adviser: Client) -> None:
    calendar()
    short = queries_of(as_adviser, BUSY)
    for _ in range(49):
        one = calendar()
        BusyTime.objects.create(calendar=one, starts_at=timezone.now(), ends_at=timezone.now() + DAY)

    assert queries_of(as_adviser, BUSY) == short


# --- Feeds


def test_new_feed_shows_an_address_that_works(as_adviser: Client) -> None:
    response = as_adviser.post(f"{FEEDS}add/", {"name": "Phone"}, follow=True)

    feed = CalendarFeed.objects.get()
    assert response.redirect_chain == [(f"{FEEDS}{feed.pk}/change/", 302)]
    shown = re.findall(r'value="([^"]+\.ics)"', response.content.decode())
    assert shown == [f"http://127.0.0.1:8000{feed.get_absolute_url()}"]
    assert Client().get(feed.get_absolute_url()).status_code == 200


def test_secret_is_shown_to_those_alone_who_may_change_it(as_adviser: Client, looker: Client) -> None:
    feed = CalendarFeed.open("Phone", at=timezone.now())
    pages = [FEEDS, f"{FEEDS}{feed.pk}/change/", f"{FEEDS}{feed.pk}/history/"]

    assert [feed.secret in content(as_adviser, page) for page in pages] == [False, True, False]
    assert [feed.secret in content(looker, page) for page in pages] == [False, False, False]
    assert looker.get(f"{FEEDS}{feed.pk}/revoke/").status_code == 403


def test_revoking_asks_first_and_then_closes_the_address(as_adviser: Client) -> None:
    feed = CalendarFeed.open("Phone", at=timezone.now())
    url = f"{FEEDS}{feed.pk}/revoke/"

    asked = content(as_adviser, url)
    before = Client().get(feed.get_absolute_url()).status_code
    response = as_adviser.post(url)
    after = Client().get(feed.get_absolute_url()).status_code

    assert "Revoke the address" in asked
    assert (before, response.headers["Location"], after) == (200, FEEDS, 404)
    assert feed.secret not in content(as_adviser, f"{FEEDS}{feed.pk}/change/")


def test_several_feeds_are_revoked_at_once(as_adviser: Client) -> None:
    feeds = [CalendarFeed.open(name, at=timezone.now()) for name in ("Phone", "Laptop")]

    as_adviser.post(FEEDS, {"action": "revoke", "_selected_action": [feed.pk for feed in feeds]})

    assert not CalendarFeed.objects.working().exists()
    assert content(as_adviser, FEEDS).count(">Revoked</span>") == 2


def test_longer_list_of_feeds_takes_no_more_queries(as_adviser: Client) -> None:
    CalendarFeed.open("Phone", at=timezone.now())
    short = queries_of(as_adviser, FEEDS)
    for number in range(49):
        CalendarFeed.open(f"Phone {number}", at=timezone.now())

    assert queries_of(as_adviser, FEEDS) == short
