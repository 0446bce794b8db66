"""The answer “not now”: kind words and something to read in place of a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from leads import letters
from leads.letters import Letter
from leads.models import (
    BookingRequest,
    CallRules,
    HeldTime,
    Outcome,
    ReplyTemplate,
    Resource,
    Stale,
    TimeOffer,
)
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.leads.reading import page_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
WORDS = "Not now.\n\nhttps://example.com/guide"
LIST = "/admin/leads/bookingrequest/"


@pytest.fixture
def call(open_hours: CallRules) -> BookingRequest:
    return submitted(starts_at=STARTS_AT, at=NOW)


@pytest.fixture
def guide(db: None) -> Resource:
    return Resource.objects.create(title="The guide", address="/guide/", sentence="Begin here.")


@pytest.fixture
def booking(db: None) -> BookingRequest:
    return submitted(at=NOW)


def kind_letter() -> Letter:
    return Letter("About your request", WORDS)


def url_of(booking: BookingRequest) -> str:
    return f"{LIST}{booking.pk}/not-now/"


def typed(booking: BookingRequest, **changes: str) -> dict[str, str]:
    return {"key": "k", "seen": str(booking.sequence), "subject": "Hello", "text": "Not now."} | changes


def answers_to(booking: BookingRequest) -> list[str]:
    return list(booking.messages.filter(kind="not_now").values_list("subject", flat=True))


def told(response: object) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


def after_a_call(adviser: User, outcome: Outcome) -> BookingRequest:
    booking = submitted()
    booking.confirm(by=adviser, at=NOW)
    booking.mark_attended(by=adviser, at=NOW)
    booking.record_outcome(outcome, by=adviser, at=NOW)
    return booking


# --- The verb


def test_request_is_declined_by_a_letter_in_place_of_the_refusal(call: BookingRequest, adviser: User) -> None:
    call.not_now(kind_letter(), by=adviser, at=NOW)

    call.refresh_from_db()
    assert (call.status, call.kind_words) == ("declined", WORDS)
    assert [(event.kind, event.by) for event in call.events.all()] == [
        ("requested", None),
        ("declined", adviser),
        ("not_now", adviser),
    ]
    assert sorted(call.messages.values_list("kind", flat=True)) == [
        "acknowledgement",
        "not_now",
        "staff_notice",
    ]


def test_its_time_goes_to_the_waiting_list(call: BookingRequest, adviser: User) -> None:
    waiting = submitted(on_waiting_list=True, at=NOW)
    CallRules.objects.update(calls_a_week=1)

    call.not_now(kind_letter(), by=adviser, at=NOW)

    assert not HeldTime.objects.filter(booking=call).exists()
    assert TimeOffer.objects.get().booking == waiting


def test_after_a_call_that_led_nowhere_it_only_adds_the_words(adviser: User) -> None:
    for outcome in [Outcome.NOT_A_FIT, Outcome.LATER]:
        booking = after_a_call(adviser, outcome)

        booking.not_now(kind_letter(), by=adviser, at=NOW)

        booking.refresh_from_db()
        assert (booking.status, booking.outcome, booking.kind_words) == ("attended", outcome, WORDS)
        assert answers_to(booking) == ["About your request"]


def test_it_is_said_once_and_only_where_it_fits(adviser: User) -> None:
    said, confirmed, cancelled = submitted(), submitted(), submitted()
    said.not_now(kind_letter(), by=adviser, at=NOW)
    confirmed.confirm(by=adviser, at=NOW)
    cancelled.cancel(by=None, at=NOW)
    signed, later = after_a_call(adviser, Outcome.SIGNED), after_a_call(adviser, Outcome.LATER)
    later.not_now(kind_letter(), by=adviser, at=NOW)
    bookings = [said, confirmed, cancelled, signed, later]

    for booking in bookings:
        with pytest.raises(Stale):
            booking.not_now(Letter("Again", "Again"), by=adviser, at=NOW)

    assert [answers_to(booking) for booking in bookings] == [
        ["About your request"],
        [],
        [],
        [],
        ["About your request"],
    ]


def test_same_answer_sent_twice_leaves_once(booking: BookingRequest, adviser: User) -> None:
    letter = kind_letter()
    booking.not_now(letter, by=adviser, at=NOW)
    booking.not_now(letter, by=adviser, at=NOW)

    assert answers_to(booking) == ["About your request"]


# --- Its words


def test_standard_words_recommend_the_first_resource(booking: BookingRequest, guide: Resource) -> None:
    Resource.objects.create(title="Old", address="/old/", sentence="Old.", is_archived=True)

    text = letters.standard_not_now(booking).text

    assert text.startswith("Hello Samira,\n\nThank you for writing")
    assert f"\n\nBegin here.\n\nThe guide\n{settings.SITE_URL}/guide/\n\n" in text


def test_without_a_resource_no_gap_stays(booking: BookingRequest) -> None:
    text = letters.standard_not_now(booking).text

    assert "{" not in text
    assert "\n\n\n" not in text


def test_first_template_in_use_is_the_standard(booking: BookingRequest) -> None:
    for position, name, is_archived in [(1, "Old", True), (3, "Third", False), (2, "Second", False)]:
        ReplyTemplate.objects.create(
            name=name, subject=name, body="{resource}", purpose="not_now", position=position,
            is_archived=is_archived,
        )  # fmt: skip

    assert letters.standard_not_now(booking).subject == "Second"


# --- The page


def test_staff_see_the_letter_before_it_leaves(
    as_adviser: Client, call: BookingRequest, guide: Resource
) -> None:
    response = as_adviser.get(url_of(call))

    standard = letters.standard_not_now(call)
    form = response.context["form"]
    assert (form["subject"].value(), form["text"].value()) == (standard.subject, standard.text)
    assert answers_to(call) == []


def test_another_resource_or_none_may_be_chosen(
    as_adviser: Client, call: BookingRequest, guide: Resource
) -> None:
    other = Resource.objects.create(title="The talk", address="https://example.com/talk", sentence="Watch.")

    texts = [
        as_adviser.get(url_of(call), {"resource": resource}).context["form"]["text"].value()
        for resource in [str(other.pk), ""]
    ]

    assert ["https://example.com/talk" in text for text in texts] == [True, False]
    assert ["/guide/" in text for text in texts] == [False, False]


def test_edited_answer_is_sent_and_the_prospect_reads_the_same_on_their_page(
    as_adviser: Client, client: Client, call: BookingRequest
) -> None:
    response = as_adviser.post(url_of(call), typed(call, text="Not <now>.\n\nhttps://example.com/guide"))

    assert told(response) == ["Answered “not now”. The letter is on its way to the prospect."]
    assert "Not <now>." in call.messages.get(kind="not_now").text
    page = page_of(client.get(call.get_absolute_url()))
    assert "<p>Not &lt;now&gt;.</p>" in page
    assert '<a href="https://example.com/guide"' in page


def test_prospect_who_was_met_reads_it_as_well(client: Client, adviser: User) -> None:
    booking = after_a_call(adviser, Outcome.LATER)
    booking.not_now(kind_letter(), by=adviser, at=NOW)

    assert "<p>Not now.</p>" in page_of(client.get(booking.get_absolute_url()))


def test_plain_refusal_stays_as_it_was(client: Client, booking: BookingRequest, adviser: User) -> None:
    booking.decline(by=adviser, at=NOW)

    page = page_of(client.get(booking.get_absolute_url()))
    assert "Not this time." in page
    assert "wrote to you" not in page


def test_second_click_finds_it_done(as_adviser: Client, call: BookingRequest) -> None:
    first, second = (as_adviser.post(url_of(call), typed(call)) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"] == f"{LIST}{call.pk}/change/"
    assert set(told(second)) == {"Answered “not now”. The letter is on its way to the prospect."}
    assert answers_to(call) == ["Hello"]


@pytest.mark.parametrize("change", ["declined", "moved"])
def test_who_comes_second_sends_nothing_and_keeps_the_text(
    as_adviser: Client, call: BookingRequest, adviser: User, change: str
) -> None:
    data = typed(call, text="Long words.")
    if change == "declined":
        call.decline(by=adviser, at=NOW)
        problem = "This request is declined already. Nothing was sent."
    else:
        call.move(STARTS_AT + timedelta(hours=1), by=None, at=NOW)
        problem = (
            "This call was moved in the meantime, to Thu 26 Nov 2026, 17:00 (Europe/Amsterdam). "
            "Nothing was sent."
        )

    response = as_adviser.post(url_of(call), data)

    assert response.status_code == 409
    form = response.context["form"]
    assert (form.non_field_errors(), form["text"].value()) == ([problem], "Long words.")
    assert answers_to(call) == []


def test_page_that_has_nothing_to_say_leads_back(
    as_adviser: Client, call: BookingRequest, adviser: User
) -> None:
    call.confirm(by=adviser, at=NOW)

    response = as_adviser.get(url_of(call))

    assert response.headers["Location"] == f"{LIST}{call.pk}/change/"
    assert told(response) == ["This request is confirmed already. Nothing was changed."]


def test_request_offers_it_as_long_as_it_fits(as_adviser: Client, adviser: User) -> None:
    fresh, confirmed, later = submitted(), submitted(), after_a_call(adviser, Outcome.LATER)
    confirmed.confirm(by=adviser, at=NOW)

    offered = [
        f'href="{url_of(booking)}"' in page_of(as_adviser.get(f"{LIST}{booking.pk}/change/"))
        for booking in [fresh, confirmed, later]
    ]

    assert offered == [True, False, True]


def test_button_without_the_page_is_no_verb(as_adviser: Client, booking: BookingRequest) -> None:
    assert as_adviser.post(f"{LIST}{booking.pk}/not-now/do/").status_code == 404


# --- The list


def test_several_are_told_in_the_standard_words(as_adviser: Client, guide: Resource, adviser: User) -> None:
    first, second, decided = submitted(), submitted(name="Bo"), submitted(name="Tom")
    decided.confirm(by=adviser, at=NOW)

    response = as_adviser.post(
        LIST,
        {"action": "not-now", "_selected_action": [first.pk, second.pk, decided.pk], "index": "0"},
    )

    assert told(response) == [
        "2 requests: Answered “not now”. The letter is on its way to the prospect.",
        "Skipped 1 request. Tom: This request is confirmed already.",
    ]
    assert "Hello Bo," in second.kind_words
    assert first.kind_words == letters.standard_not_now(first).text


def test_list_tells_it_from_a_refusal(as_adviser: Client, booking: BookingRequest, adviser: User) -> None:
    submitted(name="Tom").decline(by=adviser, at=NOW)
    booking.not_now(kind_letter(), by=adviser, at=NOW)

    page = page_of(as_adviser.get(LIST))

    assert page.count('<span class="badge badge-not_now">Not now</span>') == 1


def test_list_takes_as_many_queries_however_many_were_told(as_adviser: Client, adviser: User) -> None:
    submitted().not_now(Letter("Hello", "Not now."), by=adviser, at=NOW)
    with_one = queries_of(as_adviser, LIST)
    for _ in range(5):
        submitted().not_now(Letter("Hello", "Not now."), by=adviser, at=NOW)

    assert queries_of(as_adviser, LIST) == with_one
