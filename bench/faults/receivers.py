"""Whom the site writes to: a mail server and a receiver of webhooks, which outlive whatever is broken.

Each notes what reached it before it says so, and takes its time in between: a worker that dies there must
come again, with the same id.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import ssl
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller

from tests.servers import free_port

HOST = "receiver.example.com"
SECONDS_TO_ANSWER = 0.02


@dataclass
class Received:
    """How often each id came, and under which ids each content."""

    times: Counter[str] = field(default_factory=Counter)
    ids_of: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def note(self, id_: str, content: bytes) -> None:
        self.times[id_] += 1
        self.ids_of[hashlib.sha256(content).hexdigest()].add(id_)

    @property
    def repeats(self) -> int:
        return sum(self.times.values()) - len(self.times)

    @property
    def under_two_ids(self) -> int:
        """How often the same came under another id, so that nobody could know it for a repeat."""
        return sum(len(ids) - 1 for ids in self.ids_of.values())


@dataclass
class Receivers:
    environment: dict[str, str]
    """Where they are, for the site and for the worker of `bench.faults.worker`."""
    mails: Received = field(default_factory=Received)
    webhooks: Received = field(default_factory=Received)


@contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    authority = trustme.CA()
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    found = Receivers({})
    mail = Controller(Mailbox(found.mails), hostname="127.0.0.1", port=free_port())
    mail.start()
    hook = Hook(found.webhooks, authority.issue_cert(HOST))
    thread = threading.Thread(target=hook.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    found.environment |= {
        "EMAIL_URL": f"smtp://127.0.0.1:{mail.port}",
        "WEBHOOK_PORT": str(hook.server_port),
        "WEBHOOK_TRUSTS": str(trusted),
    }
    try:
        yield found
    finally:
        hook.shutdown()
        thread.join()
        hook.server_close()
        mail.stop()


class Mailbox:
    def __init__(self, received: Received) -> None:
        self.received = received

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's)
        mail = message_from_bytes(envelope.content)
        text = mail.get_payload(0).get_payload() if mail.is_multipart() else mail.get_payload()
        self.received.note(mail["Message-ID"], repr((envelope.rcpt_tos, mail["Subject"], text)).encode())
        await asyncio.sleep(SECONDS_TO_ANSWER)
        return "250 taken"


class Hook(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, received: Received, certificate: trustme.LeafCert) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received = received
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that is killed hangs up."""


class Conversation(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.note(self.headers["webhook-id"], body)
        time.sleep(SECONDS_TO_ANSWER)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the library)
        pass
