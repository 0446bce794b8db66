"""The page of one request on the staff desk."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from leads.models import BookingEvent, BookingRequest, Message, Outcome
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db


def url_of(booking: BookingRequest, rest: str = "change/") -> str:
    return f"/admin/leads/bookingrequest/{booking.pk}/{rest}"


def page_of(client: Client, booking: BookingRequest) -> str:
    return client.get(url_of(booking)).content.decode()


def buttons_on(page: str) -> list[str]:
    return re.findall(r'action="[^"]+/([a-z_-]+)/do/"', page)


def page_of_list(client: Client) -> str:
    return client.get("/admin/leads/bookingrequest/").content.decode()


def press(client: Client, booking: BookingRequest, verb: str) -> list[str]:
    """Presses a button, and returns what staff are told."""
    response = client.post(url_of(booking, f"{verb}/do/"))
    assert (response.status_code, response.headers["Location"]) == (302, url_of(booking))
    booking.refresh_from_db()
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def looker(db: None, client: Client) -> Client:
    user = User.objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_bookingrequest"))
    client.force_login(user)
    return client


def test_page_shows_all_that_the_prospect_sent(as_adviser: Client) -> None:
    booking = submitted(
        name="Samira", goals="First line.\nSecond line.", mail_consent="Write to me", utm_campaign="autumn"
    )

    page = page_of(as_adviser, booking)

    for text in [
        "Samira",
        "Senior AI engineer",
        "5 to 8",
        "First line.<br>Second line.",
        "Weekday evenings after 19:00",
        "samira@example.com",
        "Europe/Amsterdam",
        "“You may store these answers”",
        "“Write to me”",
        "button “hero”",
        "newsletter",
        "autumn",
    ]:
        assert text in page


def test_what_the_prospect_sent_cannot_be_edited(as_owner: Client) -> None:
    booking = submitted(name="Samira")

    page = page_of(as_owner, booking)
    as_owner.post(url_of(booking), {"name": "Changed", "status": "confirmed"})

    names = set(re.findall(r'<(?:input|textarea|select)[^>]+name="(?!csrf)([^"]+)"', page))
    assert names == {"address", "seen", "text", "next_action", "on", "to", "tags"}
    booking.refresh_from_db()
    assert (booking.name, booking.status) == ("Samira", "requested")


def test_text_of_the_prospect_is_never_markup(as_adviser: Client) -> None:
    booking = submitted(goals="<script>alert(1)</script>")

    page = page_of(as_adviser, booking)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("address", "is_link"),
    [("https://github.com/samira", True), ("http://example.com", True), ("ftp://example.com", False)],
)
def test_only_a_web_address_becomes_a_link(as_adviser: Client, address: str, is_link: bool) -> None:
    booking = submitted(profile_url=address)

    link = f'<a href="{address}" rel="noopener noreferrer">'

    assert (link in page_of(as_adviser, booking)) is is_link


def test_a_waiting_request_can_be_answered_or_cancelled(as_adviser: Client) -> None:
    assert buttons_on(page_of(as_adviser, submitted())) == ["confirm", "decline", "cancel", "spam"]


@pytest.mark.parametrize(
    ("verbs", "buttons"),
    [
        (["confirm"], ["attended", "no-show", "cancel"]),
        (["decline"], []),
        (["cancel"], []),
        (["confirm", "no-show"], ["attended"]),
        (
            ["confirm", "attended"],
            ["no-show", "outcome-offer_made", "outcome-signed", "outcome-not_a_fit", "outcome-later"],
        ),
        (
            ["confirm", "attended", "outcome-signed"],
            ["no-show", "outcome-offer_made", "outcome-not_a_fit", "outcome-later"],
        ),
    ],
)
def test_page_offers_only_what_is_possible_now(
    as_adviser: Client, verbs: list[str], buttons: list[str]
) -> None:
    booking = submitted()
    for verb in verbs:
        press(as_adviser, booking, verb)

    assert buttons_on(page_of(as_adviser, booking)) == buttons


def test_what_cannot_be_taken_back_takes_a_second_button(as_adviser: Client) -> None:
    page = page_of(as_adviser, submitted())

    asked = re.findall(r'<details class="asked".*?</details>', page, re.DOTALL)
    assert [buttons_on(one) for one in asked] == [["decline"], ["cancel"]]
    assert all("by mail" in one for one in asked)


def test_request_names_where_it_came_from_as_the_report_does(as_adviser: Client) -> None:
    submitted(source_page="", utm_source="", source_name="unknown")

    listed = page_of_list(as_adviser)

    assert '<td class="field-source">Not told</td>' in listed
    assert "No page before" in page_of(as_adviser, BookingRequest.objects.get())


def test_nobody_is_asked_what_became_of_a_call_before_its_time(as_adviser: Client) -> None:
    booking = submitted(starts_at=timezone.now() + timedelta(hours=1))
    press(as_adviser, booking, "confirm")
    before = buttons_on(page_of(as_adviser, booking))
    BookingRequest.objects.update(starts_at=timezone.now() - timedelta(minutes=1))

    after = buttons_on(page_of(as_adviser, booking))

    assert (before, after) == (["cancel"], ["attended", "no-show", "cancel"])


@pytest.mark.parametrize(
    ("verb", "status", "mail", "told"),
    [
        (
            "confirm",
            "confirmed",
            "confirmation",
            "Confirmed. The confirmation is on its way to the prospect.",
        ),
        ("decline", "declined", "refusal", "Declined. The refusal is on its way to the prospect."),
        ("cancel", "cancelled", "cancellation", "Cancelled. The cancellation is on its way to the prospect."),
    ],
)
def test_answer_is_kept_with_who_gave_it_and_says_which_mail_leaves(
    as_adviser: Client, adviser: User, verb: str, status: str, mail: str, told: str
) -> None:
    booking = submitted()

    assert press(as_adviser, booking, verb) == [told]
    assert booking.status == status
    assert booking.events.filter(kind=status, by=adviser).count() == 1
    assert Message.objects.filter(booking=booking, kind=mail).count() == 1


def test_outcome_of_a_call_is_recorded(as_adviser: Client, adviser: User) -> None:
    booking = submitted()
    booking.confirm(by=adviser, at=timezone.now())
    booking.mark_attended(by=adviser, at=timezone.now())

    assert press(as_adviser, booking, "outcome-signed") == ["Recorded: signed. No mail is sent."]
    assert booking.outcome == Outcome.SIGNED


def test_second_of_two_colleagues_learns_what_the_first_decided(as_adviser: Client, owner: User) -> None:
    booking = submitted()
    booking.decline(by=owner, at=timezone.now())

    told = press(as_adviser, booking, "confirm")

    assert told == ["This request is declined already. Nothing was changed."]
    assert booking.status == "declined"


def test_a_link_alone_changes_nothing(as_adviser: Client) -> None:
    booking = submitted()

    assert as_adviser.get(url_of(booking, "confirm/do/")).status_code == 405
    assert as_adviser.get(url_of(booking, "note/")).status_code == 405
    booking.refresh_from_db()
    assert booking.status == "requested"


def test_buttons_are_guarded_against_other_sites(adviser: User) -> None:
    booking = submitted()
    client = Client(enforce_csrf_checks=True)
    client.force_login(adviser)

    assert client.post(url_of(booking, "confirm/do/")).status_code == 403


def test_unknown_verb_and_unknown_request_are_not_found(as_adviser: Client) -> None:
    booking = submitted()

    paths = [url_of(booking, "promote/do/"), "/admin/leads/bookingrequest/0/confirm/do/"]

    assert [as_adviser.post(path).status_code for path in paths] == [404, 404]
    assert as_adviser.get("/admin/leads/bookingrequest/0/change/").status_code == 404


def test_whoever_may_only_look_is_shown_no_button_and_refused(looker: Client) -> None:
    booking = submitted()

    page = page_of(looker, booking)

    assert buttons_on(page) == []
    assert 'name="text"' not in page
    assert looker.post(url_of(booking, "confirm/do/")).status_code == 403
    assert looker.post(url_of(booking, "note/"), {"text": "Hello"}).status_code == 403


def test_note_is_kept_with_its_author_and_shown(as_adviser: Client, adviser: User) -> None:
    booking = submitted()

    as_adviser.post(url_of(booking, "note/"), {"text": "Prefers evenings."})

    note = booking.events.get(kind=BookingEvent.Kind.NOTE)
    assert (note.text, note.by) == ("Prefers evenings.", adviser)
    page = page_of(as_adviser, booking)
    assert "Prefers evenings." in page
    assert "advisers" in page


def test_note_that_is_too_long_comes_back_with_what_was_typed(as_adviser: Client) -> None:
    booking = submitted()
    text = "word " * 1000

    response = as_adviser.post(url_of(booking, "note/"), {"text": text})

    assert response.status_code == 422
    assert text.strip() in response.content.decode()
    assert not booking.events.filter(kind=BookingEvent.Kind.NOTE).exists()


def test_earlier_requests_of_the_same_address_stand_beside(as_adviser: Client) -> None:
    earlier = submitted(email="samira@example.com")
    booking = submitted(email="Samira@Example.com")
    other = submitted(email="tom@example.com")

    page = page_of(as_adviser, booking)

    assert url_of(earlier) in page
    assert url_of(other) not in page
    assert url_of(booking) not in page_of(as_adviser, earlier)


def test_mail_that_failed_says_why_and_can_be_sent_again(as_adviser: Client) -> None:
    booking = submitted()
    message = booking.messages.get(kind=Message.Kind.ACKNOWLEDGEMENT)
    message.mark_failed("mailbox full")

    page = page_of(as_adviser, booking)
    response = as_adviser.post(f"/admin/leads/message/{message.pk}/again/")

    assert "mailbox full" in page
    assert f"/admin/leads/message/{message.pk}/again/" in page
    assert response.headers["Location"] == url_of(booking)
    message.refresh_from_db()
    assert message.state == Message.State.WAITING


def test_nobody_deletes_a_request_but_its_page_leads_to_where_a_person_is_erased(
    as_owner: Client, as_adviser: Client
) -> None:
    booking = submitted(email="samira@example.com")

    deleted = [who.post(url_of(booking, "delete/"), {"post": "yes"}) for who in (as_owner, as_adviser)]
    page = page_of(as_adviser, booking)
    found = as_owner.post("/admin/leads/erasure/found/", {"address": "samira@example.com"})

    assert [response.status_code for response in deleted] == [403, 403]
    assert 'action="/admin/leads/erasure/found/"' in page
    assert '<input type="hidden" name="address" value="samira@example.com">' in page
    assert "Erase for good" in found.content.decode()


def test_page_of_somebody_who_was_erased_leads_there_no_more(as_owner: Client, owner: User) -> None:
    booking = submitted()
    booking.erase(by=owner, at=timezone.now())

    assert "/admin/leads/erasure/found/" not in page_of(as_owner, booking)


def test_a_longer_history_takes_no_more_queries(as_adviser: Client, adviser: User) -> None:
    booking = submitted()
    booking.add_note("First.", by=adviser, at=timezone.now())
    short = queries_of(as_adviser, url_of(booking))
    for count in range(20):
        booking.add_note(f"Note {count}.", by=adviser, at=timezone.now())

    assert queries_of(as_adviser, url_of(booking)) == short
