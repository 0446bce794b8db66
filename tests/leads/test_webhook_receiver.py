"""The example receiver of the documentation, as a process, told by real calls over real HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path
from typing import IO

import pytest
from django.utils import timezone

from leads.models import Message
from leads.outside import Reply
from leads.webhooks.signature import signed_headers
from tests.leads.factories import submitted
from tests.leads.webhooks import SECRET, an_endpoint, calls_at

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "webhook_receiver.py"
OTHER = "whsec_" + "QUJD" * 8
BODY = b'{"type":"webhook.test","data":{"endpoint":"CRM"}}'


@dataclass
class Receiver:
    """The process, and a post to it over plain HTTP: the proxy with the certificate is left out."""

    port: int
    said: IO[str]

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        connection.request("POST", "/hook", body=body, headers=dict(headers))
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.read())
        connection.close()
        return reply

    def asked(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        reply = self("", body, headers, seconds=5)
        return reply.status, reply.body


@contextmanager
def listening() -> Iterator[Receiver]:
    environment = {"WEBHOOK_SECRET": SECRET, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, str(EXAMPLE), "0"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        port = process.stdout.readline().rpartition(" ")[2]
        try:
            yield Receiver(int(port), process.stdout)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def signed(key: str, body: bytes = BODY, *, secrets: list[str] | None = None, age: int = 0) -> dict[str, str]:
    at = timezone.now() - timedelta(seconds=age)
    return signed_headers(key, body, secrets=secrets or [SECRET], at=at)


@pytest.mark.django_db
def test_call_from_the_outbox_is_taken_once_and_its_replay_recognised() -> None:
    endpoint = an_endpoint()
    booking = submitted(name="Zoë Ångström")
    message = Message.objects.webhooks().get()

    with listening() as receiver:
        calls_at(timezone.now(), receiver)
        message.send_again(at=timezone.now())
        calls_at(timezone.now(), receiver)
        said = receiver.said.readline()

    answers = message.attempt_log.order_by("pk").values_list("number", "status", "answer")
    assert [*answers] == [(1, 200, "thanks"), (2, 200, "seen before")]
    assert said == f"booking.requested {booking.pk}\n"
    endpoint.refresh_from_db()
    assert endpoint.failures == 0


def test_changed_body_is_refused(receiver: Receiver) -> None:
    headers = signed("msg_changed")

    assert receiver.asked(BODY.replace(b"CRM", b"XYZ"), headers) == (401, b"not genuine")
    assert receiver.asked(BODY, headers) == (200, b"thanks")


def test_changed_id_is_refused(receiver: Receiver) -> None:
    """Else a recorded call could be sent again as a new one."""
    headers = signed("msg_recorded") | {"webhook-id": "msg_forged"}

    assert receiver.asked(BODY, headers) == (401, b"not genuine")


@pytest.mark.parametrize("age", [3600, -3600])
def test_old_or_future_time_is_refused(receiver: Receiver, age: int) -> None:
    assert receiver.asked(BODY, signed("msg_old", age=age)) == (401, b"not genuine")


def test_wrong_secret_is_refused(receiver: Receiver) -> None:
    assert receiver.asked(BODY, signed("msg_wrong", secrets=[OTHER])) == (401, b"not genuine")


def test_one_of_two_signatures_suffices(receiver: Receiver) -> None:
    """So that the sender may change its secret before the receiver does."""
    assert receiver.asked(BODY, signed("msg_two", secrets=[OTHER, SECRET])) == (200, b"thanks")


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
    ],
)
def test_call_without_a_readable_signature_is_refused(receiver: Receiver, changes: dict[str, str]) -> None:
    assert receiver.asked(BODY, signed("msg_unreadable") | changes) == (401, b"not genuine")


def test_failure_to_act_is_not_taken_for_having_acted(receiver: Receiver) -> None:
    """The connection breaks, which the sender counts as a failure; the next attempt is not a repeat."""
    broken = b"not JSON"
    with pytest.raises(RemoteDisconnected):
        receiver.asked(broken, signed("msg_broken", broken))

    assert receiver.asked(BODY, signed("msg_broken")) == (200, b"thanks")
    assert receiver.asked(BODY, signed("msg_broken")) == (200, b"seen before")


def test_documentation_shows_where_the_example_is() -> None:
    text = (EXAMPLE.parents[1] / "webhooks.md").read_text()

    assert "(examples/webhook_receiver.py)" in text
