"""What webhooks tell, whom, and in which transaction."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from leads.models import BookingRequest, CallRules, Message, Outcome, Stale, WebhookEvent
from tests.leads.factories import ANSWERS, submitted
from tests.leads.webhooks import an_endpoint

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def told() -> list[dict[str, Any]]:
    return [json.loads(message.text) for message in Message.objects.webhooks().order_by("pk")]


def types_told() -> list[str]:
    return [body["type"] for body in told()]


def test_new_request_is_told_whole() -> None:
    an_endpoint()

    booking = submitted(at=MONDAY, starts_at=TUESDAY, mail_consent="You may write to me")

    assert told() == [
        {
            "type": "booking.requested",
            "timestamp": "2026-11-23T09:00:00Z",
            "version": 1,
            "data": {
                "id": booking.pk,
                "status": "requested",
                "outcome": None,
                "received_at": "2026-11-23T09:00:00Z",
                "staff_url": f"http://127.0.0.1:8000/admin/leads/bookingrequest/{booking.pk}/change/",
                "call": {
                    "starts_at": "2026-11-24T09:00:00Z",
                    "ends_at": "2026-11-24T09:30:00Z",
                    "prospect_time_zone": "Europe/Amsterdam",
                    "coach_time_zone": CallRules.current().time_zone,
                },
                "on_waiting_list": False,
                "contact": {
                    "name": "Samira Haddad",
                    "email": "samira@example.com",
                    "time_zone": "Europe/Amsterdam",
                },
                "answers": {
                    "role": "Senior AI engineer",
                    "experience": "5_to_8",
                    "direction": "unsure",
                    "goals": ANSWERS["goals"],
                    "profile_url": "https://github.com/samira",
                    "wished_time": "Weekday evenings after 19:00",
                    "agreed_to_mails": True,
                },
                "source": {
                    "page": "ai-architect-vs-ai-engineer",
                    "button": "hero",
                    "utm_source": "newsletter",
                    "utm_medium": "",
                    "utm_campaign": "",
                    "utm_term": "",
                    "utm_content": "",
                },
            },
        }
    ]


def test_every_verb_tells_its_event_as_the_request_then_stood(owner: User) -> None:
    an_endpoint()
    booking = submitted(at=MONDAY, starts_at=TUESDAY)
    booking.move(WEDNESDAY, by=owner, at=MONDAY)
    booking.confirm(by=owner, at=MONDAY)
    booking.mark_no_show(by=owner, at=WEDNESDAY)
    booking.mark_attended(by=owner, at=WEDNESDAY)
    booking.record_outcome(Outcome.SIGNED, by=owner, at=WEDNESDAY)
    submitted(at=MONDAY).decline(by=owner, at=TUESDAY)
    submitted(at=MONDAY).cancel(by=None, at=TUESDAY)

    assert [
        (body["type"], body["timestamp"][:10], body["data"]["status"], body["data"]["outcome"])
        for body in told()
    ] == [
        ("booking.requested", "2026-11-23", "requested", None),
        ("booking.moved", "2026-11-23", "requested", None),
        ("booking.confirmed", "2026-11-23", "confirmed", None),
        ("booking.outcome", "2026-11-25", "no_show", None),
        ("booking.outcome", "2026-11-25", "attended", None),
        ("booking.outcome", "2026-11-25", "attended", "signed"),
        ("booking.requested", "2026-11-23", "requested", None),
        ("booking.declined", "2026-11-24", "declined", None),
        ("booking.requested", "2026-11-23", "requested", None),
        ("booking.cancelled", "2026-11-24", "cancelled", None),
    ]
    assert [body["data"]["call"]["starts_at"] for body in told()[:2]] == [
        "2026-11-24T09:00:00Z",
        "2026-11-25T09:00:00Z",
    ]


def test_request_without_a_time_tells_no_call() -> None:
    an_endpoint()

    submitted(at=MONDAY, on_waiting_list=True)

    ((body),) = told()
    assert (body["data"]["call"], body["data"]["on_waiting_list"]) == (None, True)


def test_note_of_staff_is_told_to_nobody(owner: User) -> None:
    an_endpoint()

    submitted(at=MONDAY).add_note("Sounds unsure.", by=owner, at=MONDAY)

    assert types_told() == ["booking.requested"]
    assert "unsure." not in Message.objects.webhooks().get().text


def test_prospects_own_page_stays_secret() -> None:
    """Whoever has its address can cancel the call."""
    an_endpoint()

    booking = submitted(at=MONDAY)

    assert booking.token not in Message.objects.webhooks().get().text


def test_each_endpoint_is_told_what_it_wants_while_it_is_on(owner: User) -> None:
    nothing_else = {f"wants_{event}": False for event in WebhookEvent.values}
    an_endpoint(name="All")
    an_endpoint(name="Answers", **nothing_else | {"wants_confirmed": True, "wants_declined": True})
    an_endpoint(name="Off", off_at=MONDAY, off_reason="By Zen.")

    submitted(at=MONDAY).confirm(by=owner, at=MONDAY)

    queued = Message.objects.webhooks().order_by("pk")
    assert [*queued.values_list("endpoint__name", "subject")] == [
        ("All", "booking.requested"),
        ("All", "booking.confirmed"),
        ("Answers", "booking.confirmed"),
    ]
    assert len({message.key for message in queued}) == 3


def test_change_that_is_rolled_back_tells_nothing(owner: User) -> None:
    an_endpoint()
    booking = submitted(at=MONDAY)

    with transaction.atomic():
        booking.confirm(by=owner, at=MONDAY)
        transaction.set_rollback(True)

    assert types_told() == ["booking.requested"]


def test_change_that_came_too_late_tells_nothing(owner: User) -> None:
    an_endpoint()
    booking = submitted(at=MONDAY)
    twin = BookingRequest.objects.get()
    booking.decline(by=owner, at=MONDAY)

    with pytest.raises(Stale):
        twin.confirm(by=owner, at=MONDAY)

    assert types_told() == ["booking.requested", "booking.declined"]


def test_longest_answers_make_a_call_of_less_than_20_kb() -> None:
    """As the Standard Webhooks scheme asks."""
    an_endpoint()
    longest = {
        field.name: "\N{GRINNING FACE}" * (field.max_length or 0)
        for field in BookingRequest._meta.fields
        if field.name in {"name", "role", "goals", "wished_time", "source_page", "source_cta"}
        or field.name.startswith("utm_")
    }

    submitted(at=MONDAY, starts_at=TUESDAY, **longest)

    assert 8_000 < len(Message.objects.webhooks().get().text.encode()) < 20_000


def test_without_a_webhook_an_event_costs_one_query_and_with_twenty_no_more_than_with_one(
    owner: User,
) -> None:
    def queries() -> int:
        booking = submitted(at=MONDAY)
        with CaptureQueriesContext(connection) as captured:
            booking.confirm(by=owner, at=MONDAY)
        return len([query for query in captured if "webhook" in query["sql"]])

    counts = [queries()]
    an_endpoint()
    counts.append(queries())
    for _ in range(19):
        an_endpoint()
    counts.append(queries())

    assert counts == [1, 2, 2]
