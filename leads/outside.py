"""Calls to addresses that somebody typed in, without letting them reach this server's own network.

Calendars are read here and webhooks sent, so that the rules stand in one place.

The address is resolved once; every answer must be a public one; and the connection goes to an address
that was checked, not to the name again, so that a name server that changes its mind gains nothing. Only
https on its own port, no redirects, and limits on size and time.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlsplit

HTTPS_PORT = 443
MOST_BYTES = 2 * 1024 * 1024
MOST_BYTES_OF_A_REPLY = 64 * 1024
SECONDS_IN_ALL = 10.0

PUBLIC_IPV6 = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")
"""Addresses that stand for an IPv4 address, in their last 32 bits (RFC 6052)."""
TEREDO = IPv6Network("2001::/32")

Resolver = Callable[[str], list[str]]
Answered = TypeVar("Answered", covariant=True)
Told = TypeVar("Told")


class Refused(Exception):
    """The call was not made, or came to nothing. The text is for staff and holds no part of the address."""


@dataclass(frozen=True)
class Target:
    """A checked address: the name of a host, and what to ask of it."""

    host: str
    path: str
    port: int = HTTPS_PORT


@dataclass(frozen=True)
class Reply:
    """What a server said to a call, whatever its status; at most the first 64 kB of its body."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Ask(Protocol[Answered]):
    def __call__(self, target: Target, address: str, *, deadline: Deadline) -> Answered: ...


def fetch(url: str, *, resolver: Resolver | None = None, seconds: float = SECONDS_IN_ALL) -> bytes:
    """What a public https address answers. Raises Refused, and nothing else."""
    return _call(url, read, resolver=resolver, seconds=seconds)


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolver: Resolver | None = None,
    seconds: float = SECONDS_IN_ALL,
) -> Reply:
    """Sends a body to a public https address. A redirect is a Reply like any other, and is not followed.

    Raises Refused, and nothing else, when no Reply came.
    """
    return _call(url, partial(send, body=body, headers=headers), resolver=resolver, seconds=seconds)


def _call(url: str, ask: Ask[Answered], *, resolver: Resolver | None, seconds: float) -> Answered:
    deadline = Deadline(seconds)
    target = target_of(url)
    addresses = public_addresses(target.host, resolver or resolve, deadline)
    return first_answer(target, addresses, deadline, ask)


def first_answer(target: Target, addresses: list[str], deadline: Deadline, ask: Ask[Answered]) -> Answered:
    """Asks at one checked address after another, until the host answers at one."""
    failure = Refused("The server’s name has no address.")
    for address in addresses:
        try:
            return ask(target, address, deadline=deadline)
        except OSError as trouble:
            failure = Refused(f"The connection failed: {in_words(trouble)}.")
        except HTTPException as trouble:
            raise Refused("The server did not answer as a web server does.") from trouble
    raise failure


def target_of(url: str) -> Target:
    """Only https, only its own port, and no password. `webcal:` is how calendars write https."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port or HTTPS_PORT
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:
        raise Refused("This is not a web address.") from error
    if parts.scheme not in {"https", "webcal"} or not host:
        raise Refused("Only addresses that start with https:// can be used.")
    if port != HTTPS_PORT:
        raise Refused("Only the usual port of https can be used.")
    if parts.username is not None or parts.password is not None:
        raise Refused("An address with a user name or password cannot be used.")
    query = f"?{parts.query}" if parts.query else ""
    return Target(host, quote(f"{parts.path or '/'}{query}", safe="/?&=%:;,@!$'()*+~"))


# --- Where the call may go


def public_addresses(host: str, resolver: Resolver, deadline: Deadline) -> list[str]:
    """The addresses of a host. One that is not public makes the whole host suspect."""
    try:
        addresses = in_time(lambda: resolver(host), deadline)
    except (OSError, UnicodeError) as trouble:
        raise Refused("The server’s name cannot be looked up.") from trouble
    if not all(map(is_public, addresses)):
        raise Refused("The address leads into a private network.")
    return addresses


def resolve(host: str) -> list[str]:
    found = socket.getaddrinfo(host, HTTPS_PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_public(address: str) -> bool:
    """Whether an address lies in the public net, and so does one that is wrapped in it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved
    wrapped = _wrapped_in(parsed)
    return is_public(str(wrapped)) if wrapped else _is_public_ipv6(parsed)


def _wrapped_in(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to this one end up at: mapped, 6to4, or NAT64."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _is_public_ipv6(address: IPv6Address) -> bool:
    return address in PUBLIC_IPV6 and address not in TEREDO and address.is_global


# --- The call itself

HEADERS = {"User-Agent": "coaching-site", "Accept-Encoding": "identity"}


def read(target: Target, address: str, *, deadline: Deadline, context: ssl.SSLContext | None = None) -> bytes:
    """Asks the host at one checked address."""
    with closing(CheckedConnection(target, address, deadline, context)) as connection:
        connection.request("GET", target.path, headers=HEADERS)
        answer = connection.getresponse()
        if answer.status != 200:
            raise Refused(f"The server answered with status {answer.status}.")
        body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Refused("The answer is larger than 2 MB.")
    return body


def send(
    target: Target,
    address: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    deadline: Deadline,
    context: ssl.SSLContext | None = None,
) -> Reply:
    """Sends a body to the host at one checked address, and reads the first 64 kB of what it says to that."""
    with closing(CheckedConnection(target, address, deadline, context)) as connection:
        connection.request("POST", target.path, body=body, headers={**HEADERS, **headers})
        answer = connection.getresponse()
        said = answer.read(MOST_BYTES_OF_A_REPLY)
        return Reply(answer.status, said, {name.lower(): value for name, value in answer.getheaders()})


class Deadline:
    """How much is left of the seconds that a call may take in all."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def left(self) -> float:
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return left


class CheckedConnection(HTTPSConnection):
    """Connects to an address that was checked, while certificate and Host header are those of the name."""

    def __init__(
        self, target: Target, address: str, deadline: Deadline, context: ssl.SSLContext | None
    ) -> None:
        super().__init__(target.host, target.port)
        context = context or ssl.create_default_context()
        context.sslsocket_class = _SocketWithDeadline
        self.address, self.deadline, self.tls = address, deadline, context

    def connect(self) -> None:
        plain = socket.create_connection((self.address, self.port), timeout=self.deadline.left())
        try:
            secure = self.tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        secure.deadline = self.deadline  # type: ignore[attr-defined]
        self.sock = secure


class _SocketWithDeadline(ssl.SSLSocket):
    """A time-out of a socket counts anew with each byte; this one ends when the whole call should have."""

    deadline: Deadline

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().send(*args, **kwargs)


def in_time(question: Callable[[], Told], deadline: Deadline) -> Told:
    """The answer, or what the question raised; TimeoutError at the deadline.

    Neither a name server nor an answer that drips has a deadline of its own: who waits in vain leaves them
    behind.
    """
    answer: Future[Told] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except Exception as trouble:
            answer.set_exception(trouble)

    Thread(target=ask, daemon=True).start()
    return answer.result(deadline.left())


def in_words(trouble: OSError) -> str:
    match trouble:
        case TimeoutError():
            return "it took too long"
        case ssl.SSLCertVerificationError():
            return "its certificate is not valid"
        case _:
            return (trouble.strerror or type(trouble).__name__).lower()
