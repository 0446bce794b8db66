"""What a mail service says of mails that came back: in Postmark's words, through anymail's own view."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from leads.models import BookingRequest, Message

pytestmark = pytest.mark.django_db

SECRET = "a-secret-of-the-mail-service"


@pytest.fixture(autouse=True)
def is_on(settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": f"mail:{SECRET}"}


@pytest.fixture
def sent(booking: BookingRequest) -> Message:
    message = booking.messages.get(kind=Message.Kind.ACKNOWLEDGEMENT)
    message.mark_sent(at=timezone.now() - timedelta(hours=1))
    return message


def tell(event: dict[str, Any], *, secret: str = SECRET, service: str = "postmark") -> int:
    signed = base64.b64encode(f"mail:{secret}".encode()).decode()
    response = Client(enforce_csrf_checks=True).post(
        f"/hooks/mail/{service}/",
        json.dumps(event),
        content_type="application/json",
        headers={"Authorization": f"Basic {signed}"},
    )
    return response.status_code


def a_bounce(message: Message, **changes: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": 42,
        "Type": "HardBounce",
        "Email": message.recipient.upper(),
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1\n no such user",
        "BouncedAt": "2026-11-25T12:00:00.000Z",
    } | changes


def fate(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.last_error


def test_mail_that_came_back_has_failed_and_says_why(sent: Message) -> None:
    # The service gave it an id of its own, so that only the address tells which mail it was.
    assert tell(a_bounce(sent, MessageID="0a")) == 200

    assert fate(sent) == ("failed", "It came back: smtp;550 5.1.1 no such user")
    assert sent.sent_at is None
    assert sent.is_repeatable


def test_our_own_id_tells_which_of_several_mails_it_was(sent: Message, booking: BookingRequest) -> None:
    newer = Message.objects.create(
        kind="reply", recipient=sent.recipient, subject="s", text="t", state="sent", sent_at=timezone.now()
    )

    tell(a_bounce(sent, MessageID=f"<{sent.key}@example.com>"))

    assert [fate(sent)[0], fate(newer)[0]] == ["failed", "sent"]


def test_complaint_is_told_in_its_own_words(sent: Message) -> None:
    tell(a_bounce(sent, MessageID="0a", RecordType="SpamComplaint", Type="SpamComplaint", Details="spam"))

    assert fate(sent) == ("failed", "Its recipient reported it as spam: spam")


def test_desk_and_request_show_it(sent: Message, as_owner: Client) -> None:
    tell(a_bounce(sent, MessageID="0a"))

    assert "One message could not be delivered." in as_owner.get("/admin/").content.decode()
    page = as_owner.get(f"/admin/leads/bookingrequest/{sent.booking_id}/change/").content.decode()
    assert "It came back: smtp;550 5.1.1 no such user" in page


@pytest.mark.parametrize(
    "event",
    [
        {"RecordType": "Delivery", "DeliveredAt": "2026-11-25T12:00:00Z", "Details": "ok"},
        {"Type": "Transient"},
        {"Email": "somebody-else@example.com"},
        {"MessageID": "<883953f4-6105-42a2-a16a-77a8eac79483@example.com>"},
    ],
)
def test_good_news_and_mails_of_others_change_nothing(sent: Message, event: dict[str, Any]) -> None:
    bounce = a_bounce(sent, MessageID="0a") | event | {"Recipient": sent.recipient}

    assert tell(bounce) == 200
    assert fate(sent) == ("sent", "")


def test_address_whose_last_mail_is_long_gone_is_not_mixed_up(sent: Message) -> None:
    Message.objects.update(sent_at=timezone.now() - timedelta(days=8), state="sent")

    tell(a_bounce(sent, MessageID="0a"))

    assert fate(sent)[0] == "sent"


def test_stranger_is_refused(sent: Message) -> None:
    assert tell(a_bounce(sent), secret="guessed") == 400
    assert fate(sent)[0] == "sent"


@pytest.mark.parametrize("service", ["nobody", "mailgun"])
def test_service_that_is_not_known_is_not_there(sent: Message, service: str) -> None:
    assert tell(a_bounce(sent), service=service) == 404


def test_it_is_off_unless_it_was_switched_on(sent: Message, settings: Settings) -> None:
    settings.ANYMAIL = {}

    assert tell(a_bounce(sent)) == 404
