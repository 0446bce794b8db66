"""The list of requests on the staff desk."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads import waiting_list
from leads.models import BookingRequest, Message, Outcome
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

URL = "/admin/leads/bookingrequest/"
NEXT_ACTION, CALL = 3, 5
"""Columns that can be put in order, as the list's address names them."""


def names_on(client: Client, query: str = "") -> list[str]:
    html = client.get(URL + query).content.decode()
    return re.findall(r'bookingrequest/\d+/change/[^"]*">([^<]+?) <span', html)


def aged(hours: int, **answers: Any) -> BookingRequest:
    return submitted(at=timezone.now() - timedelta(hours=hours), **answers)


def test_newest_waiting_request_comes_first_and_answered_ones_last(as_adviser: Client, adviser: User) -> None:
    aged(5, name="Older")
    aged(3, name="Newer")
    aged(1, name="Answered").confirm(by=adviser, at=timezone.now())

    assert names_on(as_adviser) == ["Newer", "Older", "Answered"]


def test_row_shows_who_waits_since_when_and_from_where(as_adviser: Client) -> None:
    aged(3, name="Samira", role="Engineer", email="samira@example.com")

    page = as_adviser.get(URL).content.decode()

    for text in [
        'Samira <span class="quiet">Engineer</span>',
        "samira@example.com",
        '<span class="badge badge-new">New</span>',
        "for 3\N{NO-BREAK SPACE}hours",
        "3\N{NO-BREAK SPACE}hours ago</time>",
        "newsletter",
    ]:
        assert text in page


def test_request_that_waits_more_than_a_day_is_marked_overdue_until_it_is_answered(
    as_adviser: Client, adviser: User
) -> None:
    booking = aged(25)
    mark = '<span class="badge badge-overdue">Overdue</span>'

    before = mark in as_adviser.get(URL).content.decode()
    booking.decline(by=adviser, at=timezone.now())
    after = mark in as_adviser.get(URL).content.decode()

    assert (before, after) == (True, False)


def test_request_whose_mail_failed_is_marked(as_adviser: Client) -> None:
    submitted(name="Reached", email="reached@example.com")
    unreached = submitted(name="Unreached", email="unreached@example.com")
    for message in Message.objects.filter(booking=unreached):
        message.mark_failed("no such user")

    assert as_adviser.get(URL).content.decode().count("Mail failed") == 1


@pytest.mark.parametrize("words", ["Samira", "samira@example.com", "Platform lead", "roadmap"])
def test_search_finds_by_name_address_role_and_goals(as_adviser: Client, words: str) -> None:
    submitted(name="Samira", email="samira@example.com", role="Platform lead", goals="A roadmap")
    submitted(name="Tom", email="tom@example.com", role="Engineer", goals="A job")

    assert names_on(as_adviser, f"?q={words}") == ["Samira"]


@pytest.mark.parametrize(
    "query",
    [
        "?status__exact=attended",
        "?outcome__exact=signed",
        "?experience__exact=over_8",
        "?direction__exact=staff",
        "?source_page=other",
        "?mail=given",
    ],
)
def test_filter_narrows_the_list(as_adviser: Client, adviser: User, query: str) -> None:
    submitted(name="Usual")
    sought = submitted(
        name="Sought", experience="over_8", direction="staff", source_page="other", mail_consent="Write to me"
    )
    sought.confirm(by=adviser, at=timezone.now())
    sought.mark_attended(by=adviser, at=timezone.now())
    sought.record_outcome(Outcome.SIGNED, by=adviser, at=timezone.now())

    assert names_on(as_adviser, query) == ["Sought"]


@pytest.fixture
def calls(adviser: User) -> None:
    """One call ahead and one behind, a request without a time, one in line, and one called off."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for name, starts_at in [("Ahead", now + timedelta(days=2)), ("Behind", now - timedelta(days=2))]:
        submitted(name=name, starts_at=starts_at).confirm(by=adviser, at=now)
    submitted(name="Off", starts_at=now + timedelta(days=3)).cancel(by=adviser, at=now)
    submitted(name="Open")
    submitted(name="In line", on_waiting_list=True)


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("upcoming", {"Ahead"}),
        ("past", {"Behind"}),
        ("none", {"Open", "In line"}),
        ("line", {"In line"}),
        ("", {"Ahead", "Behind", "Off", "Open", "In line"}),
    ],
)
@pytest.mark.usefixtures("calls")
def test_list_narrows_to_calls_ahead_behind_without_a_time_and_in_line(
    as_adviser: Client, choice: str, names: set[str]
) -> None:
    assert set(names_on(as_adviser, f"?call={choice}")) == names


@pytest.mark.usefixtures("calls")
def test_list_can_be_put_in_the_order_of_the_calls(as_adviser: Client) -> None:
    assert names_on(as_adviser, f"?call=upcoming&status__exact=confirmed&o={CALL}") == ["Ahead"]
    assert [name for name in names_on(as_adviser, f"?o={CALL}") if name in {"Ahead", "Behind", "Off"}] == [
        "Behind",
        "Ahead",
        "Off",
    ]


def test_row_tells_the_call_by_both_clocks(as_adviser: Client) -> None:
    starts_at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    submitted(starts_at=starts_at, time_zone="America/New_York", email="a@example.com")
    submitted(starts_at=starts_at + timedelta(hours=1), email="b@example.com")

    page = as_adviser.get(URL).content.decode()

    assert re.findall(r"<time datetime[^>]+>(\w{3} \d[^<]+)</time> <span class=\"quiet\">([^<]*)<", page) == [
        ("Wed 25 Nov 2026, 01:30", ""),
        ("Wed 25 Nov 2026, 00:30", "Tue 24 Nov, 18:30 New York"),
    ]


def test_row_says_who_waits_for_a_time_and_who_has_an_offer(as_adviser: Client) -> None:
    submitted(name="In line", on_waiting_list=True)
    offered = submitted(name="Offered", on_waiting_list=True)
    waiting_list.offer_time(offered, timezone.now().replace(minute=0, second=0), at=timezone.now())

    page = as_adviser.get(URL).content.decode()

    assert [page.count(">Waiting list</span>"), page.count(">Has an offer</span>")] == [1, 1]


def test_row_marks_a_call_whose_prospect_was_told_another_hour(as_adviser: Client) -> None:
    starts_at = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=2)
    submitted(starts_at=starts_at)
    outdated = submitted(starts_at=starts_at + timedelta(hours=1))
    BookingRequest.objects.filter(pk=outdated.pk).update(promised_clock="2026-01-01T09:00")

    assert as_adviser.get(URL).content.decode().count("Clock changed") == 1


def test_those_who_want_no_mail_can_be_listed(as_adviser: Client) -> None:
    submitted(name="Quiet", mail_consent="")
    submitted(name="Reader", mail_consent="Write to me")

    assert names_on(as_adviser, "?mail=not-given") == ["Quiet"]


@pytest.mark.usefixtures("monday")
def test_list_narrows_to_when_requests_were_received_by_the_coachs_calendar(as_adviser: Client) -> None:
    new_year_in_amsterdam = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    for name, at in [
        ("Today", datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 22, 22, 30, tzinfo=UTC)),
        ("This year", new_year_in_amsterdam),
        ("Last year", new_year_in_amsterdam - timedelta(hours=1)),
    ]:
        submitted(name=name, at=at)

    found = {choice: names_on(as_adviser, f"?received={choice}") for choice in ("today", "7", "2026", "2025")}

    assert found == {
        "today": ["Today"],
        "7": ["Today", "Yesterday"],
        "2026": ["Today", "Yesterday", "This year"],
        "2025": ["Last year"],
    }
    page = as_adviser.get(URL).content.decode()
    assert re.findall(r'href="\?received=(\d{4})"', page) == ["2026", "2025"]


def test_more_than_fifty_requests_take_several_pages(as_adviser: Client) -> None:
    for _ in range(51):
        submitted()

    assert [len(names_on(as_adviser)), len(names_on(as_adviser, "?p=2"))] == [50, 1]


@pytest.mark.usefixtures("open_hours")
def test_a_longer_list_takes_no_more_queries(as_adviser: Client) -> None:
    submitted()
    short = queries_of(as_adviser, URL)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for number in range(49):
        submitted(starts_at=now + timedelta(hours=number))

    assert queries_of(as_adviser, URL) == short


def test_nobody_adds_a_request_by_hand(as_owner: Client) -> None:
    assert as_owner.get(f"{URL}add/").status_code == 403
    assert f"{URL}add/" not in as_owner.get(URL).content.decode()
