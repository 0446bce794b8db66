"""A real mail server with STARTTLS and a sign-in that stalls, refuses or breaks off, and what comes of mail.

`python -m bench mail_faults` lets each fault last for hours of a simulated day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from leads.models import Message
from leads.outbox import SLOW, deliver_due, deliver_one
from tests.leads.mail_server import ACCOUNT, AUTHORITY, MailServer, Mood, listening
from tests.servers import HOST

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with listening(is_guarded=True) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = HOST, server.port, True
        settings.EMAIL_HOST_USER = ACCOUNT.login.decode()
        settings.EMAIL_HOST_PASSWORD = ACCOUNT.password.decode()
        settings.EMAIL_TIMEOUT = 0.3
        yield server


@pytest.fixture
def believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As an owner does it whose mail server has a certificate of their own: by OpenSSL's variable."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def queued(recipient: str = "samira@example.com") -> Message:
    return Message.objects.create(kind=Message.Kind.TEST, recipient=recipient, subject="s", text="t")


def fate(message: Message) -> tuple[str, str]:
    """Its state, and the kind of its last error."""
    message.refresh_from_db()
    return message.state, message.last_error.partition("(")[0]


# --- Whom it trusts, and who is trusted


@pytest.mark.usefixtures("believed")
def test_mail_leaves_encrypted_and_signed_in(server: MailServer) -> None:
    message = queued()

    deliver_due(timezone.now())

    assert fate(message) == (State.SENT, "")
    assert [mail["To"] for mail in server.received] == ["samira@example.com"]


def test_mail_waits_rather_than_go_to_a_server_that_cannot_prove_its_name(server: MailServer) -> None:
    message = queued()

    deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, "SSLCertVerificationError")
    assert server.received == []


@pytest.mark.usefixtures("believed")
def test_mail_waits_rather_than_go_unencrypted(server: MailServer, settings: Settings) -> None:
    message = queued()

    with listening() as plain:
        settings.EMAIL_PORT = plain.port
        deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, "SMTPNotSupportedError")
    assert plain.received == []


@pytest.mark.usefixtures("believed")
def test_mail_waits_until_the_owner_has_corrected_the_password(
    server: MailServer, settings: Settings
) -> None:
    message = queued()
    settings.EMAIL_HOST_PASSWORD = "wrong"

    deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, "SMTPAuthenticationError")
    settings.EMAIL_HOST_PASSWORD = ACCOUNT.password.decode()
    deliver_due(message.next_attempt_at)
    assert fate(message) == (State.SENT, "")


# --- How it may misbehave


@pytest.mark.usefixtures("believed")
@pytest.mark.parametrize(
    ("mood", "error", "copies"),
    [
        (Mood.BUSY, "SMTPRecipientsRefused", 1),
        (Mood.CUTS_GREETING, "SMTPServerDisconnected", 1),
        (Mood.SILENT, "SMTPServerDisconnected", 1),
        (Mood.SILENT_AFTER_DATA, "SMTPServerDisconnected", 1),
        # Whoever did not hear that it arrived must send it again, under the same Message-ID.
        (Mood.CUTS_AFTER_DATA, "SMTPServerDisconnected", 2),
    ],
)
def test_mail_goes_out_as_soon_as_the_server_behaves(
    server: MailServer, mood: Mood, error: str, copies: int
) -> None:
    message, server.mood = queued(), mood

    deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, error)
    server.mood = Mood.WELL
    deliver_due(message.next_attempt_at)
    assert fate(message) == (State.SENT, "")
    assert [mail["Message-ID"] for mail in server.received] == [f"<{message.key}@{HOST}>"] * copies


@pytest.mark.usefixtures("believed")
def test_recipient_that_does_not_exist_stops_no_other_mail_and_is_told_on_the_desk(
    server: MailServer, as_adviser: Client
) -> None:
    server.refused["gone@example.com"] = "550 no such user"
    gone, other = queued("gone@example.com"), queued()

    deliver_due(timezone.now())

    assert (fate(gone), fate(other)) == ((State.FAILED, "SMTPRecipientsRefused"), (State.SENT, ""))
    assert "One message could not be delivered." in as_adviser.get("/admin/").content.decode()


@pytest.mark.parametrize(("took", "may_follow"), [(timedelta(0), True), (SLOW, False)])
def test_after_a_slow_attempt_the_rest_of_the_round_comes_first(took: timedelta, may_follow: bool) -> None:
    queued(), queued()

    assert deliver_one(timezone.now(), clock=clock_that_goes_on(took)) is may_follow
    assert Message.objects.mails().filter(state=State.SENT).count() == 1


def clock_that_goes_on(by: timedelta) -> Callable[[], float]:
    readings = iter([0.0, by.total_seconds()])
    return lambda: next(readings)
