"""Calls to addresses that staff type in: only into the public net, only https, bounded in size and time."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from typing import ClassVar

import pytest
import trustme

from leads.outside import (
    MOST_BYTES,
    Deadline,
    Refused,
    Target,
    fetch,
    first_answer,
    is_public,
    read,
    target_of,
)
from tests.servers import Answering, answering

HOST = "calendar.example.com"
AUTHORITY = trustme.CA()
CERTIFICATE = AUTHORITY.issue_cert(HOST)


# --- Which addresses are public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "64:ff9b:1::808:808",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "localhost",
        "",
        "127.1",
        "0x7f.1",
    ],
)
def test_address_that_could_lead_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "142.250.1.1", "2a00:1450:4001::1", "::ffff:8.8.8.8", "2002:808:808::", "64:ff9b::8.8.8.8"],
)
def test_address_of_the_public_net_is(address: str) -> None:
    assert is_public(address)


# --- What may be asked at all


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/x.ics",
        "ftp://example.com/x.ics",
        "file:///etc/passwd",
        "https:///x.ics",
        "https://example.com:8443/x.ics",
        "https://example.com:99999/x.ics",
        "https://user@example.com/x.ics",
        "https://user:secret@example.com/x.ics",
        "https://[::1/x.ics",
        "javascript:alert(1)",
        "",
    ],
)
def test_only_plain_https_is_asked_for(url: str) -> None:
    with pytest.raises(Refused):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", Target("example.com", "/")),
        ("https://example.com:443/a.ics?key=1&x=%20#part", Target("example.com", "/a.ics?key=1&x=%20")),
        ("webcal://example.com/a.ics", Target("example.com", "/a.ics")),
        ("  https://EXAMPLE.com/a b.ics\n", Target("example.com", "/a%20b.ics")),
        ("https://bücher.example/ü", Target("xn--bcher-kva.example", "/%C3%BC")),
        ("https://[2a00:1450:4001::1]/", Target("2a00:1450:4001::1", "/")),
    ],
)
def test_address_is_taken_apart(url: str, expected: Target) -> None:
    assert target_of(url) == expected


# --- Where the name leads


@pytest.mark.parametrize(
    "answers",
    [["127.0.0.1"], ["10.0.0.7"], ["8.8.8.8", "192.168.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::a00:1"]],
)
def test_name_with_a_private_address_is_refused_before_any_connection(answers: list[str]) -> None:
    with pytest.raises(Refused, match="private network"):
        fetch("https://rebinding.example.com/x.ics", resolver=lambda host: answers)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "localhost"])
def test_address_of_this_machine_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(Refused, match="private network"):
        fetch(f"https://{host}/x.ics")


def test_name_without_an_address_is_refused() -> None:
    with pytest.raises(Refused, match="no address"):
        fetch("https://example.com/", resolver=lambda host: [])


def test_name_server_that_fails_or_never_answers_is_waited_for_in_vain_but_not_long() -> None:
    def fails(host: str) -> list[str]:
        raise OSError("name servers are away")

    def hangs(host: str) -> list[str]:
        time.sleep(0.4)
        return ["8.8.8.8"]

    for resolver in (fails, hangs):
        with pytest.raises(Refused, match="cannot be looked up"):
            fetch("https://example.com/", resolver=resolver, seconds=0.1)


# --- The call itself, at a server of this machine whose address is taken as checked


class Handler(Answering):
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:  # noqa: N802 (the name in the library)
        self.seen.append(f"{self.headers['Host']} {self.path}")
        getattr(self, f"answer_{self.path.strip('/')}")()

    def answer_calendar(self) -> None:
        self.send(200, b"BEGIN:VCALENDAR")

    def answer_huge(self) -> None:
        self.send(200, b"x" * (MOST_BYTES + 1))

    def answer_moved(self) -> None:
        self.send(302, b"", Location="https://127.0.0.1/inside")

    def answer_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(20):
            self.wfile.write(b"x")
            time.sleep(0.05)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with answering(Handler, CERTIFICATE) as port:
        yield port


def ask(path: str, port: int, *, host: str = HOST, seconds: float = 5) -> bytes:
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    return read(Target(host, path, port), "127.0.0.1", deadline=Deadline(seconds), context=context)


def test_checked_address_is_connected_to_under_the_servers_name(port: int) -> None:
    assert ask("/calendar", port) == b"BEGIN:VCALENDAR"
    assert Handler.seen[-1] == f"{HOST}:{port} /calendar"


def test_certificate_of_another_name_is_refused(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask("/calendar", port, host="other.example.com")


def test_certificate_that_nobody_vouches_for_is_refused(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        read(Target(HOST, "/calendar", port), "127.0.0.1", deadline=Deadline(5))


def test_redirect_is_not_followed(port: int) -> None:
    with pytest.raises(Refused, match="status 302"):
        ask("/moved", port)
    assert not any("inside" in line for line in Handler.seen)


def test_answer_of_more_than_two_megabytes_is_refused(port: int) -> None:
    with pytest.raises(Refused, match="larger than 2 MB"):
        ask("/huge", port)


def test_server_that_answers_a_byte_at_a_time_is_left_in_time(port: int) -> None:
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        ask("/slow", port, seconds=0.3)

    assert time.monotonic() - began < 0.9


def test_failed_connection_is_said_in_a_sentence_without_the_address(port: int) -> None:
    reasons = {}
    for name, at_port in [("closed", closed_port()), ("not vouched for", port)]:
        with pytest.raises(Refused) as failure:
            first_answer(Target(HOST, "/very-secret.ics", at_port), ["127.0.0.1"], Deadline(5), read)
        reasons[name] = str(failure.value)

    assert reasons == {
        "closed": "The connection failed: connection refused.",
        "not vouched for": "The connection failed: its certificate is not valid.",
    }


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
