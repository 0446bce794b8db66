"""A freed time goes to the first in line, for a while, then to the next; and only a button takes it."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads import emails, waiting_list
from leads.models import (
    BookingEvent,
    BookingRequest,
    CallRules,
    Closure,
    HeldTime,
    Message,
    Status,
    TimeOffer,
)
from leads.open_times import open_times
from leads.time_choices import as_value
from tests.leads.factories import submitted
from tests.leads.reading import alert_of, page_of

pytestmark = pytest.mark.usefixtures("monday")

OVER = "This time was kept for you for a while, and is not any more. You are still in line."


@pytest.fixture
def full(visitor: Client) -> BookingRequest:
    """The one call that the week has room for; everything behind it is closed."""
    CallRules.objects.update(calls_a_week=1, calls_a_day=1)
    start = open_times(timezone.now()).starts[0]
    booking = submitted(starts_at=start)
    open_day = start.date()
    for first, days in [(open_day + timedelta(days=1), 40), (open_day - timedelta(days=3), 2)]:
        Closure.objects.create(first_day=first, last_day=first + timedelta(days=days))
    assert not open_times(timezone.now())
    return booking


def waiting(name: str) -> BookingRequest:
    return submitted(name=name, on_waiting_list=True)


def take_url(booking: BookingRequest) -> str:
    return f"{booking.get_absolute_url()}take/"


def offered_to() -> list[str]:
    return list(TimeOffer.objects.open().values_list("booking__name", flat=True))


def test_freed_time_is_offered_to_the_first_in_line_and_to_nobody_else(
    visitor: Client, full: BookingRequest
) -> None:
    waiting("First")
    waiting("Second")

    visitor.post(f"{full.get_absolute_url()}cancel/")

    offer = TimeOffer.objects.get()
    assert (offer.booking.name, offer.starts_at) == ("First", full.starts_at)
    assert not open_times(timezone.now())
    assert Message.objects.filter(kind="time_offer").values_list("booking__name", flat=True).get() == "First"


def test_page_shows_the_offer_with_its_end_and_takes_nothing(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())

    page = page_of(visitor.get(first.get_absolute_url()))
    visitor.head(first.get_absolute_url())

    assert "It’s your turn." in page
    assert "A time has come free" in page
    assert f'action="{take_url(first)}"' in page
    assert "It is kept for you until" in page
    assert BookingRequest.objects.get(pk=first.pk).starts_at is None


def test_address_of_taking_cannot_be_opened(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())

    assert visitor.get(take_url(first)).status_code == 405
    assert visitor.head(take_url(first)).status_code == 405
    assert offered_to() == ["First"]


def test_button_takes_the_time_even_when_it_is_the_last_of_the_week(
    visitor: Client, full: BookingRequest
) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())

    response = visitor.post(take_url(first))

    first.refresh_from_db()
    assert (response.status_code, response["Location"]) == (303, first.get_absolute_url())
    assert (first.starts_at, first.on_waiting_list, first.status) == (
        full.starts_at,
        False,
        Status.REQUESTED,
    )
    assert offered_to() == []
    assert set(HeldTime.objects.values_list("booking__name", flat=True)) == {"First"}


def test_second_click_is_content_with_the_time(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())

    answers = [visitor.post(take_url(first)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert first.events.filter(kind=BookingEvent.Kind.MOVED).count() == 1


def test_expired_offer_goes_to_the_next_and_its_button_says_so(visitor: Client, full: BookingRequest) -> None:
    first, _ = waiting("First"), waiting("Second")
    full.cancel(by=None, at=timezone.now())
    TimeOffer.objects.update(expires_at=timezone.now())

    waiting_list.advance(timezone.now())
    response = visitor.post(take_url(first))

    first.refresh_from_db()
    assert response.status_code == 409
    assert alert_of(response) == OVER
    assert first.on_waiting_list
    assert offered_to() == ["Second"]


def test_offer_that_has_expired_is_not_shown_even_before_it_is_passed_on(
    visitor: Client, full: BookingRequest
) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())
    TimeOffer.objects.update(expires_at=timezone.now())

    assert "A time has come free" not in page_of(visitor.get(first.get_absolute_url()))
    assert visitor.post(take_url(first)).status_code == 409


def test_whoever_lets_an_offer_pass_waits_behind_those_without_one(
    visitor: Client, full: BookingRequest
) -> None:
    waiting("First")
    waiting("Second")
    full.cancel(by=None, at=timezone.now())

    names = []
    for _ in range(4):
        names += offered_to()
        TimeOffer.objects.update(expires_at=timezone.now())
        waiting_list.advance(timezone.now())

    assert names == ["First", "Second", "First", "Second"]


def test_whoever_withdraws_passes_the_offer_on(visitor: Client, full: BookingRequest) -> None:
    first, _ = waiting("First"), waiting("Second")
    full.cancel(by=None, at=timezone.now())

    visitor.post(f"{first.get_absolute_url()}cancel/")

    assert offered_to() == ["Second"]


def test_taking_after_withdrawing_says_that_something_changed(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())
    first.cancel(by=None, at=timezone.now())

    response = visitor.post(take_url(first))

    assert response.status_code == 409
    assert alert_of(response).startswith("Something about this call has changed in the meantime")


def test_whoever_chooses_another_open_time_passes_the_offer_on(visitor: Client, full: BookingRequest) -> None:
    first, _ = waiting("First"), waiting("Second")
    full.cancel(by=None, at=timezone.now())
    CallRules.objects.update(calls_a_week=9, calls_a_day=9)
    other = open_times(timezone.now()).starts[0]

    visitor.post(
        f"{first.get_absolute_url()}move/",
        {"time_zone": "Europe/Amsterdam", "starts_at": as_value(other)},
    )

    first.refresh_from_db()
    assert (first.starts_at, first.on_waiting_list) == (other, False)
    assert offered_to() == ["Second"]


def test_other_site_cannot_take_a_time(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())

    response = visitor.post(take_url(first), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert offered_to() == ["First"]


# --- Scanners open every link of a mail


def everything_stored() -> list[Any]:
    models = [BookingRequest, BookingEvent, HeldTime, TimeOffer, Message]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def links_in_mails() -> set[str]:
    """The addresses on this site below its home page."""
    texts = [text for mail in Message.objects.all() for text in (mail.text, html.unescape(mail.html))]
    found = [link for text in texts for link in re.findall(rf"{settings.SITE_URL}(/[^\s\"<>]+)", text)]
    return set(found)


@pytest.mark.parametrize("reader", ["visitor", "as_owner"])
def test_opening_every_link_of_every_mail_changes_nothing(
    reader: str, visitor: Client, full: BookingRequest, owner: User, request: pytest.FixtureRequest
) -> None:
    waiting("First")
    full.confirm(by=owner, at=timezone.now())
    full.cancel(by=None, at=timezone.now())
    CallRules.objects.update(calls_a_week=9, calls_a_day=9)
    confirmed = submitted(starts_at=open_times(timezone.now()).starts[0])
    confirmed.confirm(by=owner, at=timezone.now())
    Message.queue(emails.reminder_day(confirmed), emails.brief(confirmed), emails.outcome_question(confirmed))
    scanner: Client = request.getfixturevalue(reader)
    links, before = links_in_mails(), everything_stored()

    answers = {link: (scanner.head(link).status_code, scanner.get(link).status_code) for link in links}

    assert everything_stored() == before
    assert {link.split("/")[1] for link in links} == {"admin", "book", "calls"}
    assert {status for pair in answers.values() for status in pair} <= {200, 302}


def test_opening_every_page_of_a_call_changes_nothing(visitor: Client, full: BookingRequest) -> None:
    first = waiting("First")
    full.cancel(by=None, at=timezone.now())
    before = everything_stored()

    for page in ["", "move/", "cancel/", "take/", "call.ics"]:
        for booking in [full, first]:
            visitor.head(f"{booking.get_absolute_url()}{page}")
            visitor.get(f"{booking.get_absolute_url()}{page}")

    assert everything_stored() == before


def test_first_in_line_is_whoever_came_first(full: BookingRequest) -> None:
    at: datetime = timezone.now()
    submitted(name="Later", on_waiting_list=True, at=at)
    submitted(name="Earlier", on_waiting_list=True, at=at - timedelta(hours=1))

    assert list(BookingRequest.objects.in_line().values_list("name", flat=True)) == ["Earlier", "Later"]
