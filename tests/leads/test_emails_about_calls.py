"""What the mails say of a call: when it is by whose clock, and nothing that a stranger could misuse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from leads import emails
from leads.models import BookingPage, BookingRequest, CallRules, Message, TimeOffer
from pages.models import Brand, Question
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

STARTS_AT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
NEW_YORK: dict[str, Any] = {"time_zone": "America/New_York", "language": "en-us"}
TOLD = "Wednesday, Nov. 25, 2026, 10:00\N{NO-BREAK SPACE}a.m., New York (UTC−5)"
TOLD_FOR_COACH = "Wednesday, Nov. 25, 2026, 4:00\N{NO-BREAK SPACE}p.m., Amsterdam (UTC+1)"


def call(**changes: Any) -> BookingRequest:
    return submitted(**({"starts_at": STARTS_AT, "at": STARTS_AT - timedelta(days=3), **NEW_YORK} | changes))


def offer_to(booking: BookingRequest) -> TimeOffer:
    return TimeOffer(
        pk=7,
        booking=booking,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(minutes=30),
        made_at=STARTS_AT - timedelta(days=2),
        expires_at=STARTS_AT - timedelta(days=1),
    )


TO_PROSPECT: list[Callable[[BookingRequest], Message]] = [
    emails.acknowledgement,
    emails.confirmation,
    emails.refusal,
    emails.moved,
    emails.reminder_day,
    emails.reminder_hour,
    lambda booking: emails.cancellation(booking, was_invited=True),
    lambda booking: emails.time_offer(booking, offer_to(booking)),
]
TO_STAFF = [
    emails.staff_notice,
    emails.moved_notice,
    emails.cancelled_notice,
    emails.brief,
    emails.outcome_question,
]


@pytest.mark.parametrize("write", [write for write in TO_PROSPECT if write is not emails.refusal])
def test_mail_to_prospect_tells_the_time_by_both_clocks(write: Callable[[BookingRequest], Message]) -> None:
    message = write(call())

    for body in (message.text, message.html):
        assert TOLD in body
        assert TOLD_FOR_COACH in body
        assert body.index(TOLD) < body.index(TOLD_FOR_COACH)


@pytest.mark.parametrize("write", TO_STAFF)
def test_mail_to_staff_tells_the_coachs_clock_first(write: Callable[[BookingRequest], Message]) -> None:
    message = write(call())

    by_coach = "Wednesday 25 November 2026, 16:00, Amsterdam (UTC+1)"
    by_prospect = "Wednesday 25 November 2026, 10:00, New York (UTC−5)"
    for body in (message.text, message.html):
        assert body.index(by_coach) < body.index(by_prospect)


@pytest.mark.parametrize("write", [*TO_PROSPECT, *TO_STAFF])
def test_one_zone_is_told_once(write: Callable[[BookingRequest], Message]) -> None:
    message = write(call(time_zone="Europe/Amsterdam"))

    assert "(for " not in message.text
    assert "For Your name:" not in message.html


@pytest.mark.parametrize("write", TO_PROSPECT)
def test_mail_to_prospect_repeats_only_the_name(write: Callable[[BookingRequest], Message]) -> None:
    typed = {
        "role": "Buy at spam.example",
        "goals": "Cheap watches",
        "wished_time": "Any time at spam.example",
        "profile_url": "https://spam.example/",
        "utm_source": "spam",
        "source_page": "spam",
    }
    message = write(call(name="Samira", **typed))

    for part in (message.subject, message.text, message.html, message.calendar):
        assert "spam" not in part
        assert "watches" not in part
    assert "Samira" not in message.subject
    assert "Hello Samira," in message.text


@pytest.mark.parametrize("write", [*TO_PROSPECT, *TO_STAFF])
def test_mail_goes_to_its_reader_and_an_answer_to_the_other(
    write: Callable[[BookingRequest], Message],
) -> None:
    message = write(call())

    prospect, staff = "samira@example.com", settings.STAFF_EMAIL
    expected = (prospect, staff) if write in TO_PROSPECT else (staff, prospect)
    assert (message.recipient, message.reply_to) == expected


@pytest.mark.parametrize("write", [*TO_PROSPECT, *TO_STAFF])
def test_name_is_text_and_never_markup(write: Callable[[BookingRequest], Message]) -> None:
    message = write(call(name="<b>Bo</b> & Jo"))

    assert "<b>Bo" not in message.html
    assert "&amp;amp;" not in message.html
    assert "&amp;" not in message.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"starts_at": STARTS_AT}, "It is kept for you."),
        ({"on_waiting_list": True}, "you are on the waiting list"),
        ({"wished_time": "Evenings"}, "your wish for a time"),
        ({"wished_time": ""}, "whether and when the call can be"),
    ],
)
def test_acknowledgement_fits_the_case(changes: dict[str, Any], expected: str) -> None:
    message = emails.acknowledgement(submitted(at=STARTS_AT - timedelta(days=3), **changes))

    assert expected in " ".join(message.text.split())
    assert expected in " ".join(message.html.split())


@pytest.mark.parametrize(
    "write", [emails.confirmation, emails.moved, emails.reminder_day, emails.reminder_hour]
)
def test_mail_about_a_confirmed_call_says_how_to_join(write: Callable[[BookingRequest], Message]) -> None:
    BookingPage(how_to_join="https://meet.coach.example/zen?a=1&b=2").save()

    mail = write(call(status="confirmed"))

    assert "How to join: https://meet.coach.example/zen?a=1&b=2\n" in mail.text
    assert 'href="https://meet.coach.example/zen?a=1&amp;b=2"' in mail.html


@pytest.mark.parametrize("write", [emails.acknowledgement, emails.moved])
def test_nobody_is_told_how_to_join_before_the_call_is_confirmed(
    write: Callable[[BookingRequest], Message],
) -> None:
    BookingPage(how_to_join="https://meet.coach.example/zen").save()

    mail = write(call())

    assert "meet.coach.example" not in mail.text + mail.html + mail.calendar


def test_confirmation_without_a_time_promises_one_and_brings_no_calendar_file() -> None:
    message = emails.confirmation(submitted())

    assert "Only the time is still open" in message.text
    assert message.calendar == ""


def test_only_a_confirmed_call_that_moves_changes_the_calendar(owner: User) -> None:
    asked, confirmed = call(), call(starts_at=STARTS_AT + timedelta(days=1))
    confirmed.confirm(by=owner, at=STARTS_AT - timedelta(days=2))

    assert emails.moved(asked).calendar == ""
    assert "has yet to confirm" in emails.moved(asked).text
    assert "METHOD:REQUEST" in emails.moved(confirmed).calendar


@pytest.mark.parametrize(("was_invited", "expected"), [(True, True), (False, False)])
def test_cancellation_takes_out_of_the_calendar_what_was_put_in(was_invited: bool, expected: bool) -> None:
    message = emails.cancellation(call(), was_invited=was_invited)

    assert ("METHOD:CANCEL" in message.calendar) is expected
    assert ("out of your calendar" in message.text) is expected


def test_cancelled_request_without_a_time_needs_no_calendar_file() -> None:
    message = emails.cancellation(submitted(), was_invited=True)

    assert message.calendar == ""
    assert "Your request for a strategy call is cancelled." in message.text


def test_offer_says_until_when_and_lapses_then() -> None:
    booking = submitted(on_waiting_list=True, **NEW_YORK)

    message = emails.time_offer(booking, offer_to(booking))

    assert "Tuesday, Nov. 24, 2026, 10:00\N{NO-BREAK SPACE}a.m., New York (UTC−5)" in message.text
    assert message.give_up_at == STARTS_AT - timedelta(days=1)
    assert message.occasion == "time_offer:7"


def test_brief_holds_answers_the_question_that_led_here_earlier_contacts_and_notes(owner: User) -> None:
    Question.objects.create(question="What does it cost?", answer="It depends.", anchor="cost")
    earlier = submitted()
    earlier.decline(by=owner, at=STARTS_AT)
    booking = call(source_cta="cost")
    booking.add_note("Ask about Lisbon", by=owner, at=STARTS_AT - timedelta(days=2))

    text = emails.brief(booking).text

    assert "Choose between the staff track and architecture." in text
    assert "Question that led here\nWhat does it cost?" in text
    assert "Declined" in text
    assert "Ask about Lisbon" in text


def test_other_button_is_no_question() -> None:
    assert "Question that led here" not in emails.brief(call(source_cta="hero")).text


def test_question_for_the_outcome_offers_a_link_for_each_answer() -> None:
    text = emails.outcome_question(call()).text

    assert [choice for choice in CHOICES if f"?choice={choice}\n" in text] == CHOICES


CHOICES = ["offer_made", "signed", "not_a_fit", "later", "no_show"]


def test_coach_who_changes_zone_is_told_by_the_new_clock() -> None:
    CallRules(time_zone="Europe/Lisbon").save()

    assert (
        "Wednesday, Nov. 25, 2026, 3:00\N{NO-BREAK SPACE}p.m., Lisbon (UTC+0)"
        in emails.confirmation(call()).text
    )


def test_every_mail_has_the_brands_name() -> None:
    Brand(name="Zen van Riel").save()

    assert "(for Zen van Riel: " in emails.confirmation(call()).text
