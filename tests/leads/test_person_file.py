"""All that is kept about a person, as one file for them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from leads.models import BookingPage, BookingRequest, ConsentWording, Erasure, Export, Message, Outcome
from leads.privacy.as_file import as_file
from leads.privacy.person import Person
from leads.privacy.register import digest_of
from leads.privacy.treatment import TREATMENTS, fields_of
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = "samira@example.com"


def test_file_tells_what_was_sent_what_became_of_it_and_which_mails_went_out(adviser: User) -> None:
    BookingPage(privacy_notice="We keep it for a year.").save()
    ConsentWording.objects.update(since=NOW - 30 * DAY)
    booking = submitted(at=NOW - 3 * DAY, starts_at=NOW - DAY, mail_consent="Write to me")
    booking.confirm(by=adviser, at=NOW - 2 * DAY)
    booking.mark_attended(by=adviser, at=NOW)
    booking.add_note("Knows her worth.", by=adviser, at=NOW)
    booking.record_outcome(Outcome.SIGNED, by=adviser, at=NOW)
    booking.assign(adviser, by=adviser, at=NOW)
    booking.plan("Send the contract", date(2026, 11, 27), by=adviser, at=NOW)
    booking.tag("warm", by=adviser, at=NOW)
    BookingRequest.objects.update(value=4800)
    Message.objects.exclude(kind="acknowledgement").delete()
    mail = Message.objects.get()
    mail.mark_sent(at=NOW - 3 * DAY)

    told = as_file(Person.find("Samira@EXAMPLE.com"), at=NOW)

    assert json.loads(json.dumps(told)) == told
    [request] = told["requests"]
    facts: dict[str, Any] = {
        "id": booking.pk,
        "created_at": "2026-11-20T06:00:00Z",
        "erased_at": None,
        "name": "Samira Haddad",
        "email": "samira@example.com",
        "canonical_email": "samira@example.com",
        "time_zone": "Europe/Amsterdam",
        "role": "Senior AI engineer",
        "experience": "5 to 8",
        "direction": "I don’t know yet, and want to talk it through",
        "goals": "Choose between the staff track and architecture.\nAnd a plan for the next year.",
        "profile_url": "https://github.com/samira",
        "language": "en-gb",
        "wished_time": "Weekday evenings after 19:00",
        "consent": "You may store these answers",
        "mail_consent": "Write to me",
        "source_page": "ai-architect-vs-ai-engineer",
        "source_cta": "hero",
        "source_name": "newsletter",
        "utm_source": "newsletter",
        "utm_medium": "",
        "utm_campaign": "",
        "utm_term": "",
        "utm_content": "",
        "status": "Attended",
        "outcome": "Signed",
        "starts_at": "2026-11-22T06:00:00Z",
        "ends_at": "2026-11-22T06:30:00Z",
        "on_waiting_list": False,
        "sequence": 0,
        "first_reply_at": "2026-11-21T06:00:00Z",
        "promised_clock": "2026-11-22T07:00",
        "value": "4800.00",
        "assigned_to": "a member of staff",
        "next_action": "Send the contract",
        "next_action_on": "2026-11-27",
        "tags": ["warm"],
    }
    assert {name: request["submission"][name] for name in facts} == facts
    assert request["consents"] == [
        {"kind": kind, "wording": wording, "at": "2026-11-20T06:00:00Z"}
        for kind, wording in [
            ("consent", "You may store these answers"),
            ("mail_consent", "Write to me"),
            ("privacy_notice_shown", "We keep it for a year."),
        ]
    ]
    assert [(event["kind"], event["by"], event["text"]) for event in request["booking_events"]] == [
        ("Asked for a call", None, ""),
        ("Confirmed", "a member of staff", ""),
        ("Attended", "a member of staff", ""),
        ("Note", "a member of staff", "Knows her worth."),
        ("Outcome", "a member of staff", "Signed"),
        ("Assigned", "a member of staff", "nobody → advisers"),
        ("Next action", "a member of staff", "nothing → Send the contract, Fri 27 Nov 2026"),
        ("Tags", "a member of staff", "no tags → warm"),
    ]
    [message] = request["messages"]
    assert (message["kind"], message["recipient"], message["text"], message["sent_at"]) == (
        "Acknowledgement",
        ADDRESS,
        mail.text,
        "2026-11-20T06:00:00Z",
    )
    assert request["held_times"][0]["starts_at"] == "2026-11-22T06:00:00Z"
    assert request["time_offers"] == []


def test_file_names_nobody_of_the_staff_and_opens_no_door(adviser: User) -> None:
    booking = submitted()
    booking.decline(by=adviser, at=NOW)

    told = as_file(Person.find(ADDRESS), at=NOW)
    for message in told["requests"][0]["messages"]:
        del message["text"]  # The mails themselves lead the prospect to the own page, as they did.

    secrets = [adviser.username, booking.token, booking.fingerprint, str(booking.messages.all()[0].key)]
    assert [secret for secret in secrets if secret in json.dumps(told)] == []


def test_every_field_is_in_the_file_unless_it_opens_a_door() -> None:
    submitted()

    [request] = as_file(Person.find(ADDRESS), at=NOW)["requests"]

    assert set(request["submission"]) == {field.name for field in fields_of(BookingRequest)} - {
        "token",
        "fingerprint",
    }
    assert set(request) == {"submission", "consents"} | {
        str(model._meta.verbose_name_plural).replace(" ", "_")
        for model in TREATMENTS
        if model is not BookingRequest
    }


def test_file_says_when_lists_were_taken_out_and_of_earlier_erasures() -> None:
    export = {"subject": "requests", "format": "csv", "filters": "All", "rows_total": 1, "state": "running"}
    Export.objects.create(**export, created_at=NOW - 9 * DAY)
    submitted(at=NOW - 2 * DAY)
    Export.objects.create(**export, created_at=NOW - DAY)
    Erasure.objects.create(at=NOW - 8 * DAY, digest=digest_of(ADDRESS), key="k", requests=1, messages=2)

    told = as_file(Person.find(ADDRESS), at=NOW)

    assert told["exports"]["made_at"] == ["2026-11-22T06:00:00Z"]
    assert told["erased_before"] == ["2026-11-15T06:00:00Z"]


def test_mails_to_the_address_about_no_request_of_theirs_are_in_it() -> None:
    mail = Message.objects.create(kind="brief", recipient="SAMIRA@example.com", subject="Hello", text="t")

    told = as_file(Person.find(ADDRESS), at=NOW)

    assert [(each["id"], each["subject"]) for each in told["other_messages"]] == [(mail.pk, "Hello")]


def test_nobody_elses_data_is_in_it() -> None:
    submitted()
    submitted(name="Tom Other", email="tom@example.com")

    assert "Tom" not in json.dumps(as_file(Person.find(ADDRESS), at=NOW))
