"""What staff write to a prospect: it leaves once, through the outbox, and stands in the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import IntegrityError
from django.test import Client

from leads import letters
from leads.letters import Letter
from leads.models import BookingRequest, Message, ReplyTemplate
from leads.outbox import as_email
from tests.counting import queries_of
from tests.leads.factories import submitted
from tests.leads.reading import errors_of, hidden_fields, page_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
LETTER = Letter("A question", "Hello Samira,\n\nwhich days suit you?\nhttps://example.com/days")
TYPED = {"key": "k", "seen": "0", "subject": "A question", "text": "Which days suit you?"}


@pytest.fixture
def booking(db: None) -> BookingRequest:
    return submitted(at=NOW - timedelta(hours=1))


def url_of(booking: BookingRequest) -> str:
    return f"/admin/leads/bookingrequest/{booking.pk}/write/"


def letters_to(booking: BookingRequest) -> list[tuple[str, str]]:
    return list(booking.messages.filter(kind="reply").values_list("subject", "text"))


def history(booking: BookingRequest) -> list[tuple[str, str, User | None]]:
    return [(event.kind, event.text, event.by) for event in booking.events.all()]


def a_template(**changes: str) -> ReplyTemplate:
    words = {"name": "Short", "subject": "About {call_time}", "body": "Hello {first_name},\n\n{call_page}"}
    template: ReplyTemplate = ReplyTemplate.objects.create(**(words | changes))
    return template


# --- The verb


def test_letter_waits_in_the_outbox_and_stands_in_the_history(booking: BookingRequest, adviser: User) -> None:
    booking.write(LETTER, by=adviser, at=NOW)

    message = booking.messages.get(kind="reply")
    assert (message.subject, message.recipient, message.reply_to, message.state) == (
        "A question",
        "samira@example.com",
        settings.STAFF_EMAIL,
        "waiting",
    )
    assert history(booking) == [("requested", "", None), ("wrote", "A question", adviser)]


def test_same_letter_sent_twice_leaves_once(booking: BookingRequest, adviser: User) -> None:
    booking.write(LETTER, by=adviser, at=NOW)
    booking.write(LETTER, by=adviser, at=NOW)

    assert len(letters_to(booking)) == 1
    assert [kind for kind, _, _ in history(booking)] == ["requested", "wrote"]


def test_letter_to_one_prospect_is_not_taken_for_one_to_another(adviser: User) -> None:
    first, second = submitted(), submitted()
    first.write(LETTER, by=adviser, at=NOW)

    with pytest.raises(IntegrityError):
        second.write(LETTER, by=adviser, at=NOW)


def test_subject_of_two_lines_is_refused_by_the_database(booking: BookingRequest, adviser: User) -> None:
    for subject in ["Hello\nBcc: victim@example.com", "Hello\rBcc: victim@example.com"]:
        with pytest.raises(IntegrityError, match="the_subject_of_a_message_is_one_line"):
            booking.write(Letter(subject, "Text"), by=adviser, at=NOW)
    assert letters_to(booking) == []


def test_letter_is_text_in_which_addresses_are_links(booking: BookingRequest, adviser: User) -> None:
    booking.write(Letter("Hello", "<b>1</b> & 2\n\nhttps://example.com/?a=1&b=2"), by=adviser, at=NOW)

    message = booking.messages.get(kind="reply")
    assert message.text.startswith("<b>1</b> & 2\n\nhttps://example.com/?a=1&b=2\n")
    assert "<p>&lt;b&gt;1&lt;/b&gt; &amp; 2</p>" in message.html
    assert '<a href="https://example.com/?a=1&amp;b=2"' in message.html


def test_only_what_no_person_wrote_is_marked_as_automatic(booking: BookingRequest, adviser: User) -> None:
    booking.write(LETTER, by=adviser, at=NOW)

    marks = {
        message.kind: as_email(message).extra_headers.get("Auto-Submitted")
        for message in booking.messages.all()
    }

    assert marks == {
        "acknowledgement": "auto-generated",
        "staff_notice": "auto-generated",
        "reply": None,
    }


# --- What it begins with


def test_template_is_filled_for_its_prospect() -> None:
    booking = submitted(
        name="Samira Haddad", starts_at=STARTS_AT, time_zone="America/New_York", at=NOW, token="t"
    )

    begun = letters.begun(a_template(), booking)

    assert (begun.subject, begun.text) == (
        "About Thursday 26 November 2026, 10:00, New York (UTC−5)",
        f"Hello Samira,\n\n{settings.SITE_URL}/calls/t/",
    )


def test_request_without_a_time_still_makes_a_sentence(booking: BookingRequest) -> None:
    assert letters.begun(a_template(), booking).subject == "About a time yet to be found"


def test_name_of_a_prospect_brings_no_link_into_a_letter() -> None:
    booking = submitted(name="https://spam.example/win")

    assert letters.begun(a_template(body="{name}"), booking).text == "https spam. example win"


def test_braces_that_mean_nothing_stay(booking: BookingRequest) -> None:
    template = ReplyTemplate(subject="{later}", body="{ {} {first_name}")

    begun = letters.begun(template, booking)

    assert (begun.subject, begun.text) == ("{later}", "{ {} Samira")


# --- The page


def test_page_is_filled_by_the_template_of_its_address(as_adviser: Client, booking: BookingRequest) -> None:
    template = a_template()

    form = as_adviser.get(url_of(booking), {"template": template.pk}).context["form"]

    assert form["subject"].value() == "About a time yet to be found"
    assert form["text"].value().startswith("Hello Samira,\n\n")


def test_page_offers_templates_for_letters_that_are_in_use(
    as_adviser: Client, booking: BookingRequest
) -> None:
    a_template(name="Second", position=2)  # type: ignore[arg-type]
    a_template(name="First", position=1)  # type: ignore[arg-type]
    a_template(name="Old", is_archived=True)  # type: ignore[arg-type]
    a_template(name="Not now", purpose="not_now")

    field = as_adviser.get(url_of(booking)).context["begin"].fields["template"]

    assert [label for _, label in field.choices] == ["An empty letter", "First", "Second"]


def test_unknown_template_leaves_the_letter_empty_and_says_so(
    as_adviser: Client, booking: BookingRequest
) -> None:
    a_template()

    response = as_adviser.get(url_of(booking), {"template": "999999"})

    assert response.context["form"]["text"].value() == ""
    assert "Select a valid choice." in page_of(response)


def test_letter_is_sent_from_the_page(as_adviser: Client, booking: BookingRequest, adviser: User) -> None:
    fields = hidden_fields(page_of(as_adviser.get(url_of(booking))))

    response = as_adviser.post(url_of(booking), TYPED | {"key": fields.get("key", "")})

    assert response.headers["Location"] == f"/admin/leads/bookingrequest/{booking.pk}/change/"
    assert [str(told) for told in get_messages(response.wsgi_request)] == [
        "The letter is on its way to the prospect."
    ]
    assert letters_to(booking)[0][0] == "A question"
    assert history(booking)[-1] == ("wrote", "A question", adviser)


def test_form_sent_twice_sends_once_and_an_edited_one_again(
    as_adviser: Client, booking: BookingRequest
) -> None:
    for text in ["One", "One", "Two"]:
        as_adviser.post(url_of(booking), TYPED | {"text": text})

    assert sorted(text.splitlines()[0] for _, text in letters_to(booking)) == ["One", "Two"]


def test_two_prospects_may_get_the_same_words(as_adviser: Client) -> None:
    first, second = submitted(), submitted()

    for booking in [first, second]:
        as_adviser.post(url_of(booking), TYPED)

    assert len(letters_to(first)) == len(letters_to(second)) == 1


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"subject": " "}, {"subject": ["Enter a subject"]}),
        ({"text": ""}, {"text": ["Enter what you want to tell the prospect"]}),
        (
            {"subject": "Hello\nBcc: victim@example.com"},
            {"subject": ["Type this answer again: it holds characters that cannot be seen"]},
        ),
        (
            {"text": "Hello \x1b[31m"},
            {"text": ["Type this answer again: it holds characters that cannot be seen"]},
        ),
        (
            {"subject": "x" * 151},
            {"subject": ["Shorten this to 150 characters. At the moment it has 151"]},
        ),
        ({"text": "x" * 4001}, {"text": ["Shorten this to 4,000 characters. At the moment it has 4001"]}),
    ],
)
def test_letter_that_cannot_be_sent_comes_back_with_a_sentence(
    as_adviser: Client, booking: BookingRequest, changes: dict[str, str], errors: dict[str, list[str]]
) -> None:
    response = as_adviser.post(url_of(booking), TYPED | changes)

    assert (response.status_code, errors_of(response)) == (422, errors)
    form = response.context["form"]
    assert {name: form[name].value() for name in TYPED} == TYPED | changes
    assert letters_to(booking) == []


def test_lines_count_once_whatever_the_browser_sends(as_adviser: Client, booking: BookingRequest) -> None:
    as_adviser.post(url_of(booking), TYPED | {"text": "\r\n".join(["x"] * 2000)})

    assert letters_to(booking)[0][1].startswith("x\nx\n")


def test_whoever_may_only_look_cannot_write(client: Client, booking: BookingRequest) -> None:
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_bookingrequest"))
    client.force_login(looker)

    page = page_of(client.get(f"/admin/leads/bookingrequest/{booking.pk}/change/"))
    answers = [client.get(url_of(booking)).status_code, client.post(url_of(booking), TYPED).status_code]

    assert answers == [403, 403]
    assert url_of(booking) not in page
    assert letters_to(booking) == []


def test_page_of_the_request_leads_here_and_shows_what_was_sent(
    as_adviser: Client, booking: BookingRequest, adviser: User
) -> None:
    booking.decline(by=adviser, at=NOW)
    booking.write(LETTER, by=adviser, at=NOW)

    page = page_of(as_adviser.get(f"/admin/leads/bookingrequest/{booking.pk}/change/"))

    assert f'href="{url_of(booking)}"' in page
    assert "Wrote to the prospect" in page
    assert "<summary>A question</summary>" in page


def test_page_takes_as_many_queries_however_many_templates_there_are(
    as_adviser: Client, booking: BookingRequest
) -> None:
    a_template()
    with_one = queries_of(as_adviser, url_of(booking))
    for number in range(20):
        a_template(name=f"Number {number}")

    assert queries_of(as_adviser, url_of(booking)) == with_one


# --- The first reply


def replied_at(booking: BookingRequest) -> datetime | None:
    return BookingRequest.objects.values_list("first_reply_at", flat=True).get(pk=booking.pk)


@pytest.mark.parametrize(
    "reply",
    [
        lambda booking, by: booking.confirm(by=by, at=NOW),
        lambda booking, by: booking.decline(by=by, at=NOW),
        lambda booking, by: booking.cancel(by=by, at=NOW),
        lambda booking, by: booking.move(STARTS_AT, by=by, at=NOW),
        lambda booking, by: booking.write(LETTER, by=by, at=NOW),
        lambda booking, by: booking.not_now(LETTER, by=by, at=NOW),
    ],
    ids=["confirm", "decline", "cancel", "move", "write", "not now"],
)
def test_whatever_of_staff_reaches_the_prospect_first_is_the_first_reply(
    booking: BookingRequest, adviser: User, reply: object
) -> None:
    reply(booking, adviser)  # type: ignore[operator]
    booking.write(Letter("Later", "Later"), by=adviser, at=NOW + timedelta(hours=1))

    assert replied_at(booking) == booking.first_reply_at == NOW


def test_second_hand_that_read_the_request_before_changes_no_first_reply(
    booking: BookingRequest, adviser: User
) -> None:
    as_read_before = BookingRequest.objects.get(pk=booking.pk)
    booking.write(LETTER, by=adviser, at=NOW)
    as_read_before.write(Letter("Later", "Later"), by=adviser, at=NOW + timedelta(hours=1))

    assert replied_at(booking) == NOW


def test_note_a_prospects_own_verbs_and_automatic_mail_are_no_reply(
    booking: BookingRequest, adviser: User
) -> None:
    booking.add_note("Ask about Lisbon", by=adviser, at=NOW)
    booking.cancel(by=None, at=NOW)

    assert Message.objects.filter(booking=booking).count() == 4
    assert replied_at(booking) is None


def test_reply_that_fails_is_none(booking: BookingRequest, adviser: User) -> None:
    with pytest.raises(IntegrityError):
        booking.write(Letter("Two\nlines", "Text"), by=adviser, at=NOW)

    assert replied_at(booking) is booking.first_reply_at is None


def test_first_replies_of_the_past_are_read_from_the_history(adviser: User) -> None:
    fill = import_module("leads.migrations.0016_fill_first_replies").fill
    answered, moved, own, open_ = (submitted(at=NOW) for _ in range(4))
    answered.add_note("Ask about Lisbon", by=adviser, at=NOW + timedelta(hours=1))
    answered.confirm(by=adviser, at=NOW + timedelta(hours=2))
    answered.cancel(by=adviser, at=NOW + timedelta(hours=3))
    moved.move(STARTS_AT, by=adviser, at=NOW + timedelta(hours=4))
    own.cancel(by=None, at=NOW + timedelta(hours=5))
    BookingRequest.objects.update(first_reply_at=None)

    fill(apps, None)

    assert [replied_at(booking) for booking in [answered, moved, own, open_]] == [
        NOW + timedelta(hours=2),
        NOW + timedelta(hours=4),
        None,
        None,
    ]
