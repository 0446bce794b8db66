"""The test mail of a deployment: through the outbox, and said in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from leads.models import Message
from leads.outbox import as_email, deliver_due

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the worker does while the command waits."""
    monkeypatch.setattr("time.sleep", lambda seconds: deliver_due(timezone.now()))


def test_it_goes_to_staff_through_the_outbox(capsys: pytest.CaptureFixture[str], settings: Settings) -> None:
    call_command("send_test_mail", settings.STAFF_EMAIL)

    message = Message.objects.get()
    assert (message.recipient, message.state) == (settings.STAFF_EMAIL, "waiting")
    assert capsys.readouterr().out == f"In the outbox: the worker sends it to {settings.STAFF_EMAIL}.\n"


def test_it_waits_until_the_worker_has_sent_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("send_test_mail", "me@example.com", "--wait")

    assert [sent.to for sent in mail.outbox] == [["me@example.com"]]
    assert capsys.readouterr().out == (
        "The mail server took it for me@example.com. Look whether it arrives, and where.\n"
    )


def test_it_says_what_the_mail_server_said(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    with pytest.raises(CommandError, match=r"^It could not be sent: ConnectionRefusedError"):
        call_command("send_test_mail", "me@example.com", "--wait")


def test_it_says_that_nobody_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    with pytest.raises(CommandError, match=r"^It still waits: the worker does not run"):
        call_command("send_test_mail", "me@example.com", "--wait", "0.01")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(CommandError, match=r"^“me” is not an email address\.$"):
        call_command("send_test_mail", "me")
    assert not Message.objects.exists()


def test_mail_tells_when_it_was_written_however_late_it_leaves() -> None:
    written = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    message = Message(kind="test", recipient="me@example.com", subject="s", text="t", created_at=written)

    assert parsedate_to_datetime(as_email(message).message()["Date"]) == written
