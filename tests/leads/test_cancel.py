"""A prospect calls it off: asked by a page, done by a button."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads.models import BookingRequest, HeldTime, Message, Status
from leads.open_times import open_times
from tests.leads.factories import submitted
from tests.leads.reading import alert_of, page_of

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def start(visitor: Client) -> datetime:
    return open_times(timezone.now()).starts[0]


@pytest.fixture
def call(start: datetime, owner: User) -> BookingRequest:
    booking = submitted(starts_at=start)
    booking.confirm(by=owner, at=timezone.now())
    return booking


def cancel_url(booking: BookingRequest) -> str:
    return f"{booking.get_absolute_url()}cancel/"


def history(booking: BookingRequest) -> list[str]:
    return list(booking.events.values_list("kind", flat=True))


def test_page_asks_and_changes_nothing(visitor: Client, call: BookingRequest) -> None:
    response = visitor.get(cancel_url(call))
    visitor.head(cancel_url(call))

    assert "<h1>Cancel your call?</h1>" in page_of(response)
    assert response["X-Robots-Tag"] == "noindex"
    assert history(call) == ["requested", "confirmed"]


def test_button_cancels_frees_the_time_and_tells_both(
    visitor: Client, call: BookingRequest, start: datetime
) -> None:
    Message.objects.all().delete()

    response = visitor.post(cancel_url(call))

    call.refresh_from_db()
    assert (response.status_code, response["Location"]) == (303, call.get_absolute_url())
    assert (call.status, call.sequence) == (Status.CANCELLED, 1)
    assert history(call) == ["requested", "confirmed", "cancelled"]
    assert not HeldTime.objects.exists()
    assert start in open_times(timezone.now())
    assert set(Message.objects.values_list("kind", flat=True)) == {"cancellation", "cancelled_notice"}


def test_second_click_is_content_with_what_is(visitor: Client, call: BookingRequest) -> None:
    answers = [visitor.post(cancel_url(call)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert history(call) == ["requested", "confirmed", "cancelled"]


def test_request_without_a_time_can_be_withdrawn(visitor: Client, booking: BookingRequest) -> None:
    page = page_of(visitor.get(cancel_url(booking)))

    visitor.post(cancel_url(booking))

    booking.refresh_from_db()
    assert "<h1>Withdraw your request?</h1>" in page
    assert booking.status == Status.CANCELLED


def test_call_that_has_begun_cannot_be_cancelled(visitor: Client, call: BookingRequest) -> None:
    BookingRequest.objects.update(starts_at=timezone.now() - timedelta(minutes=1))

    shown, sent = visitor.get(cancel_url(call)), visitor.post(cancel_url(call))

    assert shown["Location"] == call.get_absolute_url()
    assert sent.status_code == 409
    assert alert_of(sent) == "This call has begun or is over, so it cannot be changed any more."
    assert history(call) == ["requested", "confirmed"]


def test_declined_request_stays_declined(visitor: Client, booking: BookingRequest, owner: User) -> None:
    booking.decline(by=owner, at=timezone.now())

    response = visitor.post(cancel_url(booking))

    assert response.status_code == 409
    assert alert_of(response).startswith("Something about this call has changed in the meantime")
    assert history(booking) == ["requested", "declined"]


def test_other_site_cannot_cancel(visitor: Client, call: BookingRequest) -> None:
    response = visitor.post(cancel_url(call), headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert history(call) == ["requested", "confirmed"]


def test_unknown_call_is_not_found(visitor: Client) -> None:
    assert visitor.get("/calls/no-such-token/cancel/").status_code == 404
    assert visitor.post("/calls/no-such-token/cancel/").status_code == 404
