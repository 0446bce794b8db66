"""A mail server on this machine, which refuses whom it is told to refuse, and misbehaves as it is told to."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from enum import StrEnum
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers import HOST, free_port

AUTHORITY = trustme.CA()
ACCOUNT = LoginPassword(b"site", b"correct horse battery")

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # Each line of every conversation.


class Mood(StrEnum):
    """How the server treats every mail."""

    WELL = "well"
    BUSY = "answers 450"
    CUTS_GREETING = "cuts its greeting"
    SILENT = "stalls before its greeting"
    SILENT_AFTER_DATA = "stalls after DATA"
    CUTS_AFTER_DATA = "cuts after DATA"


class MailServer(Controller):
    """Keeps what it took, and what it took without saying so: a mail that is cut after DATA has arrived.

    With `is_guarded` it takes mail only after STARTTLS, by a certificate of AUTHORITY, and from ACCOUNT.
    """

    def __init__(self, port: int = 0, *, is_guarded: bool = False) -> None:
        guard: dict[str, Any] = (
            {"tls_context": _tls(), "require_starttls": True, "auth_required": True} if is_guarded else {}
        )
        super().__init__(
            self,
            hostname=HOST,
            port=port or free_port(),
            server_hostname=HOST,
            authenticator=_is_ours,
            **guard,
        )
        self.received: list[Mail] = []
        self.refused: dict[str, str] = {}
        """What to answer instead of 250, by the sender, the recipient, or “DATA”."""
        self.mood = Mood.WELL

    def factory(self) -> asyncio.BaseProtocol:
        match self.mood:
            case Mood.SILENT:
                return asyncio.Protocol()
            case Mood.CUTS_GREETING:
                return CutGreeting()
        return SMTP(self.handler, **self.SMTP_kwargs)

    async def handle_MAIL(  # noqa: N802 (aiosmtpd's names)
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.refused.get(address, "250 yes")

    async def handle_RCPT(  # noqa: N802
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood is Mood.BUSY:
            return "450 busy"
        envelope.rcpt_tos.append(address)
        return self.refused.get(address, "250 yes")

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.mood is Mood.SILENT_AFTER_DATA:
            await asyncio.sleep(3600)
        if refusal := self.refused.get("DATA"):
            return refusal
        content: Any = envelope.content
        self.received.append(message_from_bytes(content))
        if self.mood is Mood.CUTS_AFTER_DATA:
            transport: Any = smtp.transport
            transport.abort()
        return "250 yes"


class CutGreeting(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"220 he")
        transport.close()


@contextmanager
def listening(port: int = 0, *, is_guarded: bool = False) -> Iterator[MailServer]:
    """A server that answers within this block, and whose port refuses connections after it."""
    server = MailServer(port, is_guarded=is_guarded)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _is_ours(smtp: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=data == ACCOUNT, handled=False)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    AUTHORITY.issue_cert(HOST).configure_cert(context)
    return context
