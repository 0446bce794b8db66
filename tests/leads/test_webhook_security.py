"""Attacks by webhook: on the network that the server stands in, and on receivers."""

from __future__ import annotations

import ssl
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
import trustme
from pytest_socket import SocketConnectBlockedError

from leads.models.webhook import new_secret
from leads.outside import MOST_BYTES_OF_A_REPLY, Deadline, Refused, Reply, Target, post, send
from leads.webhooks.delivery import call_next
from leads.webhooks.signature import sign, signed_headers
from tests.leads.webhooks import an_endpoint, queued
from tests.servers import Answering, answering

HOST = "crm.example.com"
AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert(HOST)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


# --- On the inner network

INSIDE = [
    "10.0.0.7",
    "172.16.3.1",
    "192.168.1.1",
    "127.0.0.1",
    "0.0.0.0",  # noqa: S104
    "169.254.1.1",
    "169.254.169.254",  # where clouds keep credentials
    "100.64.0.1",
    "::1",
    "fe80::1",
    "fd00:ec2::254",
    "::ffff:10.0.0.7",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_webhook_cannot_reach_the_internal_network(address: str) -> None:
    """Not by a name that leads there, not by the address itself, and not hidden among public ones."""
    spelt = f"[{address}]" if ":" in address else address

    for url, answers in [
        ("https://crm.example.com/", [address]),
        ("https://crm.example.com/", ["8.8.8.8", address]),
        (f"https://{spelt}/", [address]),
    ]:
        with pytest.raises(Refused, match="private network"):
            post(url, b"{}", {}, resolver={urlsplit(url).hostname: answers}.__getitem__)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.0.1.", "localhost", "[::1]"]
)
def test_a_webhook_cannot_reach_this_machine_in_any_spelling(host: str) -> None:
    """Resolved as the system does, which knows all of these."""
    with pytest.raises(Refused, match=r"private network|cannot be looked up|not a web address"):
        post(f"https://{host}/", b"{}", {})


@pytest.mark.parametrize("port", [22, 80, 5432, 6379, 8443])
def test_a_webhook_cannot_reach_another_port(port: int) -> None:
    with pytest.raises(Refused, match="usual port"):
        post(f"https://crm.example.com:{port}/", b"{}", {}, resolver=lambda host: ["8.8.8.8"])


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_name_that_changes_its_mind_between_check_and_connection_gains_nothing() -> None:
    """DNS rebinding: the name is asked once, and what was checked is what is connected to."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"], ["127.0.0.1"]])
    asked = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return next(answers)

    with pytest.raises(SocketConnectBlockedError, match=r"8\.8\.8\.8"):
        post("https://rebinding.example.com/", b"{}", {}, resolver=rebinding)
    assert asked == ["rebinding.example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://2130706433/", "https://localhost/"])
def test_call_to_this_machine_is_refused_at_delivery_whatever_the_row_says(url: str) -> None:
    """The form's check is kindness; this is the wall. The row may be older than the name's new answer."""
    (message,) = queued(an_endpoint(url=url), MONDAY)

    assert call_next(MONDAY)

    attempt = message.attempt_log.get()
    assert (attempt.status, attempt.error) == (None, "The address leads into a private network.")


# --- By what the receiver's server does


class Handler(Answering):
    seen: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_POST(self) -> None:  # noqa: N802 (the name in the library)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((f"{self.headers['Host']} {self.path}", self.headers["webhook-id"], body))
        getattr(self, f"answer_{self.path.strip('/')}")()

    def answer_hook(self) -> None:
        self.send(202, b"taken")

    def answer_inside(self) -> None:
        self.send(307, b"this way", Location="https://127.0.0.1/admin/")

    def answer_huge(self) -> None:
        self.send(500, b"x" * (3 * MOST_BYTES_OF_A_REPLY))

    def answer_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # The caller has left, as it should.
            while not stopped.wait(0.02):
                self.wfile.write(b"x")


stopped = threading.Event()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    stopped.clear()  # A module's tests may come in two lots, each with a server of its own.
    with answering(Handler, CERTIFICATE) as port:
        yield port
        stopped.set()


def posted(path: str, port: int, *, seconds: float = 5, host: str = HOST) -> Reply:
    """A call to a server of this machine whose address is taken as checked."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return send(
        Target(host, path, port),
        "127.0.0.1",
        body='{"name":"Zoë"}'.encode(),
        headers={"webhook-id": "msg_1"},
        deadline=Deadline(seconds),
        context=context,
    )


def test_call_arrives_under_the_receivers_name_with_its_body(port: int) -> None:
    reply = posted("/hook", port)

    assert (reply.status, reply.body) == (202, b"taken")
    assert Handler.seen[-1] == (f"{HOST}:{port} /hook", "msg_1", '{"name":"Zoë"}'.encode())


def test_redirect_to_the_inside_is_an_answer_like_any_other(port: int) -> None:
    before = len(Handler.seen)

    reply = posted("/inside", port)

    assert (reply.status, reply.body) == (307, b"this way")
    assert len(Handler.seen) == before + 1


def test_of_a_huge_answer_the_first_64_kb_are_read(port: int) -> None:
    assert posted("/huge", port).body == b"x" * MOST_BYTES_OF_A_REPLY


def test_receiver_that_answers_a_byte_at_a_time_is_left_in_time(port: int) -> None:
    with pytest.raises(TimeoutError):
        posted("/slow", port, seconds=0.3)


def test_receiver_with_the_certificate_of_another_name_is_told_nothing(port: int) -> None:
    before = len(Handler.seen)

    with pytest.raises(ssl.SSLCertVerificationError):
        posted("/hook", port, host="other.example.com")

    assert len(Handler.seen) == before


# --- Signatures


def test_signature_is_that_of_the_schemes_own_example() -> None:
    """The vector that Standard Webhooks and its libraries publish."""
    signature = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_make_two_signatures_of_which_each_counts() -> None:
    old, new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + "QUJD" * 8

    headers = signed_headers("msg_1", b"{}", secrets=[new, old], at=MONDAY)

    seconds = int(MONDAY.timestamp())
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"{sign('msg_1', seconds, b'{}', new)} {sign('msg_1', seconds, b'{}', old)}",
    }


def test_secret_that_we_make_is_as_long_as_the_scheme_asks_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(5)}

    assert len(secrets) == 5
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert 24 <= len(b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
