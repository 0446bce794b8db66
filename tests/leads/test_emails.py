"""What the mails say, and what they never repeat."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from django.conf import settings

from leads import emails
from leads.models import BookingRequest, Message
from pages.models import Brand
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

TO_PROSPECTS: dict[str, Callable[[BookingRequest], Message]] = {
    "acknowledgement": emails.acknowledgement,
    "confirmation": emails.confirmation,
    "refusal": emails.refusal,
    "cancellation": partial(emails.cancellation, was_invited=False),
}


@pytest.fixture(autouse=True)
def brand() -> Brand:
    brand = Brand(name="Zen & Co", role="Mentor")
    brand.save()
    return brand


@pytest.mark.parametrize("kind", TO_PROSPECTS)
def test_mail_to_a_prospect_repeats_nothing_but_the_name(kind: str) -> None:
    booking = submitted(
        name="Samira",
        role="VISIT-ROLE",
        goals="VISIT-GOALS",
        wished_time="VISIT-TIME",
        profile_url="https://visit.example/",
        utm_source="VISIT-SOURCE",
    )

    message = TO_PROSPECTS[kind](booking)

    for part in (message.text, message.html):
        assert "Hello Samira," in part
        assert "visit" not in part.lower()
    assert message.subject == " ".join(message.subject.split())
    assert "Samira" not in message.subject


@pytest.mark.parametrize("kind", TO_PROSPECTS)
def test_answer_to_a_mail_reaches_staff(kind: str) -> None:
    booking = submitted()

    message = TO_PROSPECTS[kind](booking)

    assert (message.recipient, message.reply_to) == (booking.email, settings.STAFF_EMAIL)
    assert (message.kind, message.booking) == (kind, booking)


@pytest.mark.parametrize("kind", ["acknowledgement", "confirmation"])
def test_prospect_finds_the_own_page(kind: str) -> None:
    booking = submitted()
    address = f"{settings.SITE_URL}/calls/{booking.token}/"

    message = TO_PROSPECTS[kind](booking)

    assert f"\n{address}\n" in message.text
    assert f'href="{address}"' in message.html


@pytest.mark.parametrize("kind", TO_PROSPECTS)
def test_mail_is_signed_with_the_brand(kind: str) -> None:
    message = TO_PROSPECTS[kind](submitted())

    assert "--\nZen & Co, Mentor\n" in message.text
    assert "Zen &amp; Co, Mentor" in message.html


@pytest.mark.parametrize("kind", [*TO_PROSPECTS, "staff_notice"])
def test_text_has_no_stray_blank_lines(kind: str) -> None:
    message = (TO_PROSPECTS | {"staff_notice": emails.staff_notice})[kind](submitted())

    assert "\n\n\n" not in message.text
    assert message.text == message.text.lstrip()


@pytest.mark.parametrize("kind", [*TO_PROSPECTS, "staff_notice"])
def test_markup_in_a_name_is_only_text(kind: str) -> None:
    booking = submitted(name='<a href="x">Sam</a> O’Neil')

    message = (TO_PROSPECTS | {"staff_notice": emails.staff_notice})[kind](booking)

    assert "<a href=&quot;x&quot;>" not in message.html
    assert "&lt;a href=&quot;x&quot;&gt;Sam" in message.html
    assert '<a href="x">Sam' in message.text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Samira Haddad", "Samira Haddad"),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("Zoë O’Neil-Şahin, Ph.D.", "Zoë O’Neil-Şahin, Ph. D."),
        ("www.evil.example", "www. evil. example"),
        ("https://evil.example/win", "https evil. example win"),
        ("win@evil.example", "win evil. example"),
        ("Sam\n\nYou have won", "Sam You have won"),
    ],
)
def test_name_holds_nothing_that_a_mail_program_would_link(name: str, expected: str) -> None:
    assert emails.name_without_links(name) == expected


@pytest.mark.parametrize("kind", TO_PROSPECTS)
def test_mail_links_only_to_this_site(kind: str) -> None:
    message = TO_PROSPECTS[kind](submitted(name="Free money https://evil.example/win www.evil.example"))

    for part in (message.text, message.html):
        addresses = re.findall(r"[\w+.-]+://[^\s\"<]+", part)
        assert addresses
        assert {address[: len(settings.SITE_URL)] for address in addresses} == {settings.SITE_URL}
        assert not re.search(r"\w\.example", part)


def test_staff_read_everything_and_answer_the_prospect() -> None:
    booking = submitted(mail_consent="Also send me occasional emails")

    message = emails.staff_notice(booking)

    assert (message.recipient, message.reply_to) == (settings.STAFF_EMAIL, booking.email)
    assert f"{settings.SITE_URL}/admin/leads/bookingrequest/{booking.pk}/change/" in message.text
    for answer in (
        "Samira Haddad",
        "samira@example.com",
        "Senior AI engineer",
        "5 to 8",
        "I don’t know yet, and want to talk it through",
        "Choose between the staff track and architecture.\nAnd a plan for the next year.",
        "https://github.com/samira",
        "Weekday evenings after 19:00",
        "Europe/Amsterdam",
        "Occasional emails\nYes, please",
        "ai-architect-vs-ai-engineer › hero",
        "Campaign\nnewsletter",
    ):
        assert answer in message.text
    assert "staff track and architecture.<br>And a plan" in message.html


def test_staff_see_earlier_requests_of_the_same_address() -> None:
    submitted(email="Samira@Example.com", at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    submitted(email="somebody@example.com")

    message = emails.staff_notice(submitted(email="samira@example.com"))

    line = "24 November 2026: Requested"  # by the coach's clock
    assert message.text.count(line) == 1
    assert message.html.count(line) == 1


def test_first_request_mentions_no_earlier_ones() -> None:
    message = emails.staff_notice(submitted())

    assert "Earlier requests" not in message.text + message.html
