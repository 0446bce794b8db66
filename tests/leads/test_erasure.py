"""The person goes, the counts stay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from leads import outbox, reminders, waiting_list
from leads.models import (
    BookingRequest,
    Erasure,
    Export,
    HeldTime,
    Message,
    Outcome,
    SavedFilter,
    Stale,
    Status,
    TimeOffer,
)
from leads.models.webhook import WebhookEndpoint
from leads.privacy import register
from leads.privacy.erasing import NotErased, erase
from leads.privacy.person import Person
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "own_folder")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ADDRESS = "samira@example.com"


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def a_client(by: User, **changes: Any) -> BookingRequest:
    """Somebody whose call was a week ago, with a note, and who signed."""
    booking = submitted(
        at=NOW - 10 * DAY, starts_at=NOW - 7 * DAY, utm_term="samira haddad", utm_medium="mail", **changes
    )
    booking.confirm(by=by, at=NOW - 9 * DAY)
    booking.add_note("Samira seems tired of her job.", by=by, at=NOW - 8 * DAY)
    booking.mark_attended(by=by, at=NOW - 7 * DAY)
    booking.record_outcome(Outcome.SIGNED, by=by, at=NOW - 6 * DAY)
    booking.plan("Ask Samira for her CV", date(2026, 11, 27), by=by, at=NOW - 6 * DAY)
    booking.tag("burnout", by=by, at=NOW - 6 * DAY)
    return booking


def erased(address: str = ADDRESS, by: User | None = None, **how: Any) -> Erasure:
    return erase(Person.find(address), by=by, at=NOW, **how)


def whole_database() -> str:
    """Every text of every table, as whoever steals it would read it."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the database's own names)
            said += [str(row) for row in cursor.fetchall()]
    return "\n".join(said).casefold()


def test_no_table_holds_the_person_any_more(adviser: User) -> None:
    booking = a_client(adviser)
    words = ["samira", "haddad", "github.com", "staff track", "19:00", booking.token, booking.fingerprint]
    LogEntry.objects.create(
        user=adviser,
        content_type=ContentType.objects.get_for_model(BookingRequest),
        object_id=str(booking.pk),
        object_repr=str(booking),
        action_flag=DELETION,
    )
    before = [word for word in words if word.casefold() in whole_database()]

    erased()

    after = whole_database()
    assert before == words
    assert [word for word in words if word.casefold() in after] == []


def test_what_is_counted_stays(adviser: User) -> None:
    booking = a_client(adviser)
    counted = [
        "created_at", "status", "outcome", "starts_at", "ends_at", "experience", "direction",
        "source_page", "source_cta", "utm_source", "utm_medium", "utm_campaign", "consent", "mail_consent",
    ]  # fmt: skip
    stays = BookingRequest.objects.filter(pk=booking.pk).values(*counted)
    history = booking.events.values_list("kind", "at", "by")
    mails = booking.messages.values_list("kind", "created_at", "sent_at", "attempts")
    before = [list(stays), list(history), list(mails)]

    erased()

    assert [list(stays.all()), list(history.all()), list(mails.all())] == before


def test_erased_request_says_so_and_names_nobody(adviser: User) -> None:
    booking = a_client(adviser)

    erased()

    booking.refresh_from_db()
    assert (booking.erased_at, booking.name, booking.email, booking.goals) == (
        NOW,
        "Erased",
        f"erased-{booking.pk}@erased.invalid",
        "",
    )
    assert not booking.clock_has_changed
    assert (booking.next_action, booking.tags.count()) == ("", 0)


def test_two_erased_people_do_not_become_one(adviser: User) -> None:
    _first, second = a_client(adviser), submitted(email="tom@example.com")
    second.decline(by=adviser, at=NOW)
    erased()
    erased("tom@example.com")

    second.refresh_from_db()
    assert list(BookingRequest.objects.from_same_address(second)) == []


def test_all_requests_of_an_address_go_however_it_is_written(adviser: User) -> None:
    for email in ["samira@example.com", "Samira@Example.COM"]:
        submitted(email=email).decline(by=adviser, at=NOW)
    other = submitted(email="samira@example.org")

    erasure = erased(" SAMIRA@example.com ")

    assert erasure.requests == 2
    assert list(BookingRequest.objects.filter(erased_at=None)) == [other]


def test_mail_that_waits_never_leaves_and_failed_mail_is_not_sent_again(adviser: User) -> None:
    booking = submitted()
    booking.decline(by=adviser, at=NOW)
    acknowledgement, notice, _refusal = booking.messages.order_by("pk")
    acknowledgement.mark_sent(at=NOW)
    notice.mark_failed("550 no such user samira@example.com")

    erased()

    assert list(booking.messages.order_by("pk").values_list("state", flat=True)) == [
        "sent",
        "withdrawn",
        "withdrawn",
    ]
    assert outbox.deliver_due(NOW + DAY) == 0


def test_open_request_stands_in_the_way_until_it_is_answered(adviser: User) -> None:
    booking = submitted(starts_at=NOW + DAY)

    with pytest.raises(NotErased) as refused:
        erased()

    assert str(refused.value) == (
        "1 request is still open: answer it, or let it be cancelled together with the erasure."
    )
    booking.refresh_from_db()
    assert (booking.name, Erasure.objects.count()) == ("Samira Haddad", 0)


def test_open_call_can_be_cancelled_together_and_frees_its_time_without_a_mail(adviser: User) -> None:
    booking = submitted(starts_at=NOW + DAY)
    booking.confirm(by=adviser, at=NOW)
    mails = booking.messages.count()

    erased(by=adviser, cancelling=True)

    booking.refresh_from_db()
    assert (booking.status, booking.name) == (Status.CANCELLED, "Erased")
    assert not HeldTime.objects.filter(booking=booking).exists()
    assert booking.messages.count() == mails
    assert not Message.objects.filter(state="waiting").exists()


def test_time_kept_for_somebody_in_line_is_free_again() -> None:
    booking = submitted(on_waiting_list=True)
    waiting_list.offer_time(booking, NOW + DAY, at=NOW)

    erased(cancelling=True)

    assert not TimeOffer.objects.open().exists()
    assert not HeldTime.objects.exists()


def test_call_that_is_over_but_never_recorded_needs_no_cancelling(adviser: User) -> None:
    booking = submitted(at=NOW - 3 * DAY, starts_at=NOW - DAY)
    booking.confirm(by=adviser, at=NOW - 2 * DAY)

    erased()

    booking.refresh_from_db()
    assert (booking.status, booking.name) == (Status.CONFIRMED, "Erased")
    assert reminders.queue_due(NOW) == 0


def test_erased_request_is_changed_by_nobody(adviser: User) -> None:
    booking = a_client(adviser)
    erased()
    booking.refresh_from_db()
    events = booking.events.count()

    acts: list[Callable[[], None]] = [
        lambda: booking.record_outcome(Outcome.LATER, by=adviser, at=NOW),
        lambda: booking.mark_no_show(by=adviser, at=NOW),
        lambda: booking.tag("gone", by=adviser, at=NOW),
        lambda: booking.assign(adviser, by=adviser, at=NOW),
        lambda: booking.add_note("Who was this?", by=adviser, at=NOW),
    ]
    for act in acts:
        with pytest.raises(Stale, match="This request is erased already"):
            act()
    assert booking.events.count() == events


def test_prospects_own_page_ends(adviser: User, client: Client) -> None:
    booking = a_client(adviser)

    erased()

    assert client.get(booking.get_absolute_url()).status_code == 404


def test_desk_shows_an_erased_request_without_anything_to_do(as_owner: Client, adviser: User) -> None:
    booking = a_client(adviser)
    erased()
    url = f"/admin/leads/bookingrequest/{booking.pk}"

    page = as_owner.get(f"{url}/change/").content.decode()

    assert "<h1>Erased</h1>" in page
    assert ("Note for your colleagues" in page, "Not a fit</button>" in page) == (False, False)
    answers = [
        as_owner.post(f"{url}/{verb}/").status_code for verb in ["attended/do", "note", "move", "outcome"]
    ]
    assert answers == [404] * 4


def test_database_refuses_an_erased_request_with_a_name(adviser: User) -> None:
    booking = a_client(adviser)
    erased()

    for change in [{"name": "Samira"}, {"email": "a@example.com"}, {"goals": "A plan"}, {"role": "Engineer"}]:
        with pytest.raises(IntegrityError, match="an_erased_request_names_nobody"), transaction.atomic():
            BookingRequest.objects.filter(pk=booking.pk).update(**change)


def test_erasing_again_changes_nothing(adviser: User) -> None:
    booking = a_client(adviser)
    erased()
    booking.refresh_from_db()
    token = booking.token

    booking.erase(by=None, at=NOW + DAY)

    booking.refresh_from_db()
    assert (booking.token, booking.erased_at) == (token, NOW)
    with pytest.raises(NotErased, match="Nothing is kept about"):
        erased()


def test_address_of_the_site_itself_is_not_erased(settings: Settings) -> None:
    settings.STAFF_EMAIL = "Desk@example.com"
    submitted()

    with pytest.raises(NotErased, match="the site’s own mail"):
        erased("desk@example.com")


def test_mail_about_no_request_goes_too() -> None:
    mail = Message.objects.create(kind="brief", recipient=ADDRESS, subject="Samira", text="t", html="h")

    erasure = erased()

    mail.refresh_from_db()
    assert (erasure.messages, mail.recipient, mail.subject, mail.state) == (
        1,
        f"erased-{mail.pk}@erased.invalid",
        "Erased",
        "withdrawn",
    )


def test_exports_and_saved_filters_forget_the_person(adviser: User) -> None:
    a_client(adviser)
    common = {"subject": "requests", "by": adviser, "rows_total": 1}
    ready = Export.objects.create(format="xlsx", filters="All", state="finished", finished_at=NOW, **common)
    ready.path.write_bytes(b"Samira")
    half_made = Export.objects.create(format="xlsx", filters="All", state="running", **common)
    searched = Export.objects.create(
        format="csv",
        filters=f"search: “{ADDRESS}”",
        query=f"q={ADDRESS}",
        state="finished",
        finished_at=NOW,
        **common,
    )

    for name, query in [("Warm", "tag=warm"), ("One", "q=Samira+Haddad")]:
        SavedFilter.objects.create(name=name, query=query, owner=adviser)

    erased()

    assert [each.name for each in SavedFilter.objects.all()] == ["Warm"]
    for export in [ready, half_made, searched]:
        export.refresh_from_db()
    assert (ready.state, ready.path.exists(), half_made.state) == ("deleted", False, "waiting")
    assert (searched.filters, searched.query) == ("Erased: a search for this person", "")


def test_webhook_forgets_what_it_told_and_what_was_answered_and_is_not_sent_again(adviser: User) -> None:
    endpoint = WebhookEndpoint.objects.create(name="CRM", url="https://crm.example.com/")
    booking = a_client(adviser)
    call = booking.messages.filter(endpoint=endpoint).order_by("pk").first()
    assert call
    call.mark_sent(at=NOW)
    call.attempt_log.create(number=1, at=NOW, milliseconds=9, status=200, answer="Hello Samira")

    erased()

    call.refresh_from_db()
    assert (call.text, call.recipient, call.subject, call.is_repeatable) == (
        "{}",
        "",
        "booking.requested",
        False,
    )
    assert call.attempt_log.get().answer == ""
    assert not Message.objects.repeatable().exists()


def test_erasure_can_be_proven_without_an_address(adviser: User) -> None:
    a_client(adviser)

    erasure = erased(by=adviser)

    assert (erasure.at, erasure.by, erasure.requests, erasure.messages) == (NOW, adviser, 1, 3)
    assert Person.find(ADDRESS).erased_before == [NOW]
    assert Person.find("tom@example.com").erased_before == []


def test_erasure_stands_in_a_file_beside_the_database_for_a_restore(
    adviser: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    a_client(adviser)

    with django_capture_on_commit_callbacks(execute=True):
        erasure = erased()

    file = register.path()
    assert file.read_text() == f"{NOW.isoformat()} {erasure.digest} {erasure.key}\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert (register.write_missing(), register.entries()) == (
        0,
        [register.Entry(NOW, erasure.digest, erasure.key)],
    )


def test_an_erasure_that_fails_in_the_middle_leaves_everything(
    adviser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        submitted().decline(by=adviser, at=NOW)
    last = BookingRequest.objects.latest("pk")
    erase_one = BookingRequest.erase

    def fails_at_last(booking: BookingRequest, **how: Any) -> None:
        if booking.pk == last.pk:
            raise RuntimeError("as ever")
        erase_one(booking, **how)

    monkeypatch.setattr(BookingRequest, "erase", fails_at_last)
    with pytest.raises(RuntimeError), transaction.atomic():
        erased()

    assert BookingRequest.objects.filter(name="Samira Haddad").count() == 2
    assert not Erasure.objects.exists()
