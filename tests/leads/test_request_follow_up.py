"""The page of one request: its card of next action, assignment, tags and value, and its line of time."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from leads.admin.booking import PLACES_TOLD
from leads.models import BookingEvent, BookingRequest, Message, Outcome
from tests.leads.factories import submitted
from tests.leads.test_request_page import looker as looker
from tests.leads.test_request_page import page_of, url_of

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 11, 27)


def send(client: Client, booking: BookingRequest, what: str, **sent: Any) -> Any:
    return client.post(url_of(booking, f"follow-up/{what}/"), sent)


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def fresh(booking: BookingRequest) -> BookingRequest:
    return BookingRequest.objects.get(pk=booking.pk)


def test_next_action_is_planned_and_done_on_the_page(
    as_adviser: Client, booking: BookingRequest, adviser: User
) -> None:
    response = send(as_adviser, booking, "plan", seen=" ", next_action="Call back", on="2026-11-27")
    page = page_of(as_adviser, booking)

    assert response.headers["Location"] == url_of(booking)
    assert told(response) == ["Planned. No mail is sent."]
    assert re.search(r"Call back, Fri 27 Nov 2026", page)
    assert 'name="seen" value="2026-11-27 Call back"' in page

    send(as_adviser, booking, "plan", seen="2026-11-27 Call back")

    assert (fresh(booking).next_action, fresh(booking).next_action_on) == ("", None)
    assert [event.by for event in booking.events.filter(kind=BookingEvent.Kind.PLANNED)] == [adviser] * 2


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"next_action": "Call back"}, "Enter the day of the next action too."),
        ({"on": "2026-11-27"}, "Enter what to do on that day too."),
        ({"next_action": "Call back", "on": "soon"}, "Enter a valid date."),
        ({"next_action": "Call back", "on": "0001-01-01"}, "Enter a day of this century."),
        ({"next_action": "x" * 121, "on": "2026-11-27"}, "Ensure this value has at most 120 characters"),
    ],
)
def test_half_a_plan_comes_back_with_what_was_typed(
    as_adviser: Client, booking: BookingRequest, sent: dict[str, str], error: str
) -> None:
    response = send(as_adviser, booking, "plan", seen=" ", **sent)

    page = response.content.decode()
    assert response.status_code == 422
    assert error in page
    assert all(f'value="{typed}"' in page for typed in sent.values())
    assert fresh(booking).next_action == ""


@pytest.mark.parametrize(
    ("what", "sent", "said"),
    [
        (
            "plan",
            {"seen": " ", "next_action": "Send the offer", "on": "2026-11-30"},
            "Call back, Fri 27 Nov 2026",
        ),
        ("assign", {"seen": "", "to": ""}, "assigned this request in the meantime, to owner"),
    ],
)
def test_second_of_two_colleagues_keeps_what_was_typed_and_learns_what_the_first_did(
    as_adviser: Client, booking: BookingRequest, owner: User, what: str, sent: dict[str, str], said: str
) -> None:
    booking.plan("Call back", FRIDAY, by=owner, at=timezone.now())
    booking.assign(owner, by=owner, at=timezone.now())

    response = send(as_adviser, booking, what, **sent)

    page = response.content.decode()
    assert response.status_code == 409
    assert said in page
    assert "Nothing was changed." in page
    assert sent.get("next_action", "") in page
    assert (fresh(booking).next_action, fresh(booking).assigned_to) == ("Call back", owner)


def test_request_is_assigned_only_to_staff(
    as_adviser: Client, booking: BookingRequest, owner: User, client: Client
) -> None:
    outsider = User.objects.create_user("outsider")

    refused = send(as_adviser, booking, "assign", seen="", to=outsider.pk)
    done = send(as_adviser, booking, "assign", seen="", to=owner.pk)

    assert (refused.status_code, done.status_code) == (422, 302)
    assert fresh(booking).assigned_to == owner


def test_tags_are_typed_suggested_and_taken_away(as_adviser: Client, booking: BookingRequest) -> None:
    send(as_adviser, booking, "tag", tags=" warm,  two   words, ")
    page = page_of(as_adviser, booking)
    send(as_adviser, booking, "untag", tags="warm")

    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["two words", "warm"]
    assert [tag.name for tag in booking.tags.all()] == ["two words"]


@pytest.mark.parametrize(
    ("typed", "error"), [(" , ", "Enter at least one tag."), ("warm, " + "x" * 41, "too long for a tag")]
)
def test_tags_that_cannot_be_come_back(
    as_adviser: Client, booking: BookingRequest, typed: str, error: str
) -> None:
    response = send(as_adviser, booking, "tag", tags=typed)

    assert response.status_code == 422
    assert error in response.content.decode()
    assert not booking.tags.exists()


def test_value_is_asked_of_a_signed_client_alone(
    as_adviser: Client, booking: BookingRequest, adviser: User
) -> None:
    booking.confirm(by=adviser, at=timezone.now())
    booking.mark_attended(by=adviser, at=timezone.now())
    early = send(as_adviser, booking, "value", seen="", value="10")
    before = page_of(as_adviser, booking)

    booking.record_outcome(Outcome.SIGNED, by=adviser, at=timezone.now())
    wrong = send(as_adviser, booking, "value", seen="", value="-1")
    send(as_adviser, booking, "value", seen="", value="4800")

    assert "Value in EUR" not in before
    assert (early.status_code, wrong.status_code) == (409, 422)
    assert fresh(booking).value == Decimal(4800)
    assert "Signed, EUR 4,800.00" in page_of(as_adviser, booking)


def test_value_is_typed_beside_the_outcome_and_stays_after_a_mistake(
    as_adviser: Client, booking: BookingRequest, adviser: User
) -> None:
    booking.confirm(by=adviser, at=timezone.now())

    wrong = as_adviser.post(url_of(booking, "outcome/"), {"choice": "signed", "value": "much"})
    untouched = fresh(booking).status
    as_adviser.post(url_of(booking, "outcome/"), {"choice": "signed", "value": "4800"})

    assert (wrong.status_code, untouched) == (422, "confirmed")
    assert 'value="much"' in wrong.content.decode()
    assert (fresh(booking).outcome, fresh(booking).value) == (Outcome.SIGNED, Decimal(4800))


def test_whoever_may_only_look_sees_the_card_without_forms(
    looker: Client, booking: BookingRequest, owner: User
) -> None:
    booking.plan("Call back", FRIDAY, by=owner, at=timezone.now())
    booking.tag("warm", by=owner, at=timezone.now())

    page = page_of(looker, booking)

    assert "Call back, Fri 27 Nov 2026" in page
    assert "follow-up/" not in page
    assert send(looker, booking, "plan", seen="2026-11-27 Call back").status_code == 403


def test_unknown_follow_up_and_a_link_alone_change_nothing(
    as_adviser: Client, booking: BookingRequest
) -> None:
    assert send(as_adviser, booking, "promote").status_code == 404
    assert as_adviser.get(url_of(booking, "follow-up/plan/")).status_code == 405


# --- The line of time


def test_mails_changes_and_notes_stand_in_one_line_the_newest_first(
    as_adviser: Client, adviser: User
) -> None:
    now = timezone.now()
    booking = submitted(at=now - timedelta(days=3))
    Message.objects.filter(booking=booking).update(created_at=now - timedelta(days=3) + timedelta(seconds=1))
    booking.add_note("Prefers evenings.", by=adviser, at=now - timedelta(days=2))
    booking.plan("Call back", FRIDAY, by=adviser, at=now - timedelta(days=1))

    page = page_of(as_adviser, booking).partition('class="timeline"')[2].partition("</ol>")[0]

    assert re.findall(r"<b>([^<]+)</b>", page) == [
        "Next action",
        "Note",
        "Mail: notice to staff",
        "Mail: acknowledgement",
        "Asked for a call",
    ]


def test_mail_unfolds_to_its_text_beside_its_state(as_adviser: Client, booking: BookingRequest) -> None:
    mail = booking.messages.get(kind=Message.Kind.ACKNOWLEDGEMENT)
    Message.objects.filter(pk=mail.pk).update(text="Dear Samira,\n\n<b>your</b> request arrived.")

    page = page_of(as_adviser, booking)

    assert f"<summary>{mail.subject}</summary>" in page
    assert "<p>Dear Samira,</p>\n\n<p>&lt;b&gt;your&lt;/b&gt; request arrived.</p>" in page
    assert page.count('<span class="badge badge-waiting">Waiting</span>') == 2


def test_place_on_the_waiting_list_is_told_as_far_as_it_says_something(
    as_adviser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PLACES_TOLD == 100
    monkeypatch.setattr("leads.admin.booking.PLACES_TOLD", 1)
    first = submitted(on_waiting_list=True)
    second = submitted(on_waiting_list=True)

    assert "Number 1 of more than 1 on the waiting list" in page_of(as_adviser, first)
    assert "On the waiting list, behind a hundred others" in page_of(as_adviser, second)
