"""What becomes of a Message: with a mail server up, down or in a bad mood, and with a worker that dies."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default as modern
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from leads.models import BookingRequest, Message, WorkerSign
from leads.models.message import GIVE_UP_AFTER, LEASE, LONGEST_PAUSE
from leads.outbox import deliver_due, deliver_next
from tests.leads.factories import submitted
from tests.leads.mail_server import MailServer, listening

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with listening() as server:
        use(settings, server.port)
        yield server


@pytest.fixture
def booking() -> BookingRequest:
    """A request without the Messages of its own."""
    booking = submitted()
    Message.objects.all().delete()
    return booking


def use(settings: Settings, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def queued(booking: BookingRequest, **changes: object) -> Message:
    fields = {
        "kind": Message.Kind.ACKNOWLEDGEMENT,
        "recipient": "samira@example.com",
        "subject": "It has arrived",
        "text": "Hello",
        "html": "<p>Hello</p>",
    }
    return Message.objects.create(booking=booking, **(fields | changes))


def fate(message: Message) -> tuple[str, int]:
    message.refresh_from_db()
    return message.state, message.attempts


# --- A mail


def test_due_message_is_sent_once(booking: BookingRequest, server: MailServer) -> None:
    message = queued(booking, reply_to="desk@example.com")

    assert deliver_due(timezone.now()) == 1
    assert deliver_due(timezone.now() + timedelta(days=1)) == 0

    (mail,) = server.received
    assert fate(message) == (State.SENT, 1)
    assert message.sent_at is not None
    assert (mail["To"], mail["Reply-To"]) == ("samira@example.com", "desk@example.com")
    assert mail["Subject"] == "It has arrived"
    assert mail["Message-ID"] == f"<{message.key}@127.0.0.1>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_message_waits_for_its_time(booking: BookingRequest, server: MailServer) -> None:
    message = queued(booking, next_attempt_at=timezone.now() + timedelta(minutes=1))

    assert deliver_due(timezone.now()) == 0
    assert fate(message) == (State.WAITING, 0)


def test_longest_waiting_message_goes_first(booking: BookingRequest, server: MailServer) -> None:
    now = timezone.now()
    for minutes in (1, 3, 2):
        queued(booking, subject=f"{minutes} ago", next_attempt_at=now - timedelta(minutes=minutes))

    deliver_due(now)

    assert [mail["Subject"] for mail in server.received] == ["3 ago", "2 ago", "1 ago"]


def test_mail_becomes_a_file_that_mail_programs_open(
    booking: BookingRequest, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "coaching_site.mail.FileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    queued(booking, text="Bis später, Zoë")

    deliver_due(timezone.now())

    (file,) = (tmp_path / "mail").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=modern)
    body = mail.get_body(["plain"])
    assert file.suffix == ".eml"
    assert mail["Subject"] == "It has arrived"
    assert body is not None
    assert body.get_content().strip() == "Bis später, Zoë"


# --- A server that is down, or says no


def test_mail_outlives_a_server_that_is_down(booking: BookingRequest, settings: Settings) -> None:
    with listening() as server:
        port = server.port
    use(settings, port)
    message = queued(booking)

    deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, 1)
    assert message.last_error.startswith("ConnectionRefusedError")
    assert deliver_due(timezone.now()) == 0

    with listening(port) as server:
        assert deliver_due(message.next_attempt_at) == 1

    assert fate(message) == (State.SENT, 2)
    assert message.last_error == ""
    assert [mail["Message-ID"] for mail in server.received] == [f"<{message.key}@127.0.0.1>"]


def test_pauses_grow_up_to_the_longest(booking: BookingRequest) -> None:
    message, now, pauses = queued(booking), timezone.now(), []

    for _ in range(7):
        assert message.claim(at=now)
        message.postpone("busy", at=now)
        message.refresh_from_db()
        pauses.append((message.next_attempt_at - now).total_seconds())

    assert pauses == [15, 30, 60, 120, 240, 240, LONGEST_PAUSE.total_seconds()]


def test_message_is_given_up_after_three_days_and_can_be_sent_again(
    booking: BookingRequest, settings: Settings
) -> None:
    with listening() as server:
        use(settings, server.port)
    now = timezone.now()
    message = queued(booking, created_at=now - GIVE_UP_AFTER, give_up_at=now, next_attempt_at=now)

    deliver_due(now)
    assert fate(message) == (State.FAILED, 1)

    message.send_again(at=now)
    assert deliver_due(now) == 1
    assert fate(message) == (State.WAITING, 2)
    assert message.created_at == now - GIVE_UP_AFTER


REFUSALS = [
    ("gone@example.com", "550 no such user", State.FAILED),
    ("gone@example.com", "450 mailbox busy", State.WAITING),
    ("DATA", "554 looks like spam", State.FAILED),
    ("DATA", "452 no room", State.WAITING),
]


@pytest.mark.parametrize(("stage", "answer", "expected"), REFUSALS)
def test_only_a_lasting_refusal_is_final(
    booking: BookingRequest, server: MailServer, stage: str, answer: str, expected: str
) -> None:
    server.refused[stage] = answer
    message = queued(booking, recipient="gone@example.com")

    deliver_due(timezone.now())

    assert fate(message) == (expected, 1)
    assert answer[4:] in message.last_error


def test_refused_recipient_fails_only_that_mail(booking: BookingRequest, server: MailServer) -> None:
    server.refused["gone@example.com"] = "550 no such user"
    gone, next_one = queued(booking, recipient="gone@example.com"), queued(booking)

    deliver_due(timezone.now())

    assert fate(gone) == (State.FAILED, 1)
    assert fate(next_one) == (State.SENT, 1)


def test_refused_sender_waits_for_better_settings(
    booking: BookingRequest, server: MailServer, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "site@example.com"
    server.refused["site@example.com"] = "530 sign in first"
    message = queued(booking)

    deliver_due(timezone.now())

    assert fate(message) == (State.WAITING, 1)


@pytest.mark.parametrize(
    "header",
    [
        {"reply_to": "a@example.com\nBcc: victim@example.com"},
        {"recipient": "a@example.com\nBcc: victim@example.com"},
        {"recipient": "a@example.com, victim@example.com"},
    ],
)
def test_forged_header_fails_at_once_and_is_not_tried_again(
    booking: BookingRequest, server: MailServer, header: dict[str, str]
) -> None:
    message = queued(booking, **header)

    deliver_due(timezone.now())
    deliver_due(timezone.now() + timedelta(days=1))

    assert fate(message) == (State.FAILED, 1)
    assert server.received == []


def test_log_names_no_person(
    booking: BookingRequest, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.refused["gone@example.com"] = "550 no such user"
    message = queued(booking, recipient="gone@example.com")

    deliver_due(timezone.now())

    assert caplog.messages == [f"message {message.pk}, attempt 1: SMTPRecipientsRefused"]


# --- Workers


def test_worker_that_dies_in_the_middle_leads_to_another_attempt(
    booking: BookingRequest, server: MailServer
) -> None:
    now = timezone.now()
    message = queued(booking)
    assert message.claim(at=now)  # and here it dies

    assert deliver_due(now + LEASE - timedelta(seconds=1)) == 0
    assert deliver_due(now + LEASE) == 1
    assert fate(message) == (State.SENT, 2)


def test_worker_that_was_given_up_cannot_change_what_its_successor_recorded(booking: BookingRequest) -> None:
    now = timezone.now()
    slow = queued(booking)
    assert slow.claim(at=now)
    successor = Message.objects.get()
    assert successor.claim(at=now + LEASE)
    successor.mark_sent(at=now + LEASE)

    slow.mark_failed("too late")

    assert fate(slow) == (State.SENT, 2)


def test_message_is_claimed_once(booking: BookingRequest) -> None:
    now = timezone.now()
    queued(booking)
    one, other = Message.objects.get(), Message.objects.get()

    assert (one.claim(at=now), other.claim(at=now)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_send_each_message_once(server: MailServer) -> None:
    booking = submitted()
    Message.objects.all().delete()
    keys = {f"<{queued(booking).key}@127.0.0.1>" for _ in range(24)}

    with ThreadPoolExecutor(4) as workers:
        attempted = sum(workers.map(lambda _: in_a_thread(timezone.now()), range(4)))

    assert attempted == 24
    assert sorted(mail["Message-ID"] for mail in server.received) == sorted(keys)
    assert not Message.objects.exclude(state=State.SENT, attempts=1).exists()


def in_a_thread(at: datetime) -> int:
    try:
        return deliver_due(at)
    finally:
        connection.close()


def test_next_is_one(booking: BookingRequest, server: MailServer) -> None:
    queued(booking), queued(booking)

    assert [deliver_next(timezone.now()) for _ in range(3)] == [True, True, False]


def test_one_round_delivers_and_gives_a_sign(booking: BookingRequest, server: MailServer) -> None:
    message = queued(booking)

    call_command("worker", "--once")

    assert fate(message) == (State.SENT, 1)
    assert WorkerSign.is_fresh(at=timezone.now())


def test_worker_outlives_its_database_and_ends_when_told(tmp_path: Path) -> None:
    """Its database has no tables yet, so that each round fails until they are made."""
    environment = {"DATA_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    manage = [sys.executable, str(Path(__file__).parents[2] / "manage.py")]

    with subprocess.Popen([*manage, "worker"], env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        complaint = worker.stderr.readline()
        worker.send_signal(signal.SIGTERM)
        status = worker.wait(timeout=10)

    assert "the database failed, trying again: no such table: leads_workersign" in complaint
    assert status == 0
