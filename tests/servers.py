"""Ports for the servers that tests start, and waiting for what they do."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import SystemRandom
from threading import Thread

import trustme

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those given to clients: a port that is free stays so until its server opens it."""

PATIENCE = 180.0
"""Seconds. Other people's machines are slower, and busy with other tests."""


def free_port() -> int:
    while True:
        port = SystemRandom().choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def wait_until(
    is_so: Callable[[], object], *, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Waits for what is so, or else for the process to end, whose log is then told.

    A server that refuses, cuts or delays an answer is asked again.
    """
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (process is None or process.poll() is None):
        with suppress(OSError, HTTPException):
            if is_so():
                return
        time.sleep(0.05)
    ended = f" The process ended with {process.poll()}." if process and process.poll() is not None else ""
    raise AssertionError(f"It did not happen.{ended} {log.read_text() if log else ''}")


class Answering(BaseHTTPRequestHandler):
    """What a server answers; it is quiet about what comes in."""

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):  # A caller need not read everything.
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name in the library)
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is what some tests are about."""


@contextmanager
def answering(answers: type[Answering], certificate: trustme.LeafCert | None = None) -> Iterator[int]:
    """The port of a server that answers within this block, by https if it has a certificate."""
    server = _Server((HOST, 0), answers)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
