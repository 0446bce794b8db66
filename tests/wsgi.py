"""Asks a WSGI application as a server does: through the delivery front, which the test client passes by."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

from django.core.signals import request_finished, request_started
from django.db import close_old_connections

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


@dataclass
class Reply:
    status: str
    headers: dict[str, str]
    body: bytes


def ask(
    application: WSGIApplication,
    path: str = "/",
    method: str = "GET",
    *,
    host: str,
    scheme: str = "http",
    **headers: str,
) -> Reply:
    return send(application, path, method, host=host, scheme=scheme, headers=headers)


def send(
    application: WSGIApplication,
    path: str,
    method: str,
    *,
    host: str,
    scheme: str = "http",
    query: str = "",
    body: bytes = b"",
    content_type: str = "",
    headers: Mapping[str, str],
    claims: Mapping[str, str] | None = None,
) -> Reply:
    """What comes back. `claims` are further variables of the environment, such as REMOTE_ADDR."""
    environ: dict[str, Any] = {
        "PATH_INFO": path,
        "REQUEST_METHOD": method,
        "HTTP_HOST": host,
        "wsgi.url_scheme": scheme,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    environ |= claims or {}
    setup_testing_defaults(environ)
    started: list[Any] = []

    def start_response(*args: Any) -> Any:
        started.extend(args)

    with connections_kept_open():
        answer = application(environ, start_response)
        try:
            content = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
    return Reply(started[0], dict(started[1]), content)


@contextmanager
def connections_kept_open() -> Iterator[None]:
    """As Django's test client does: a connection in the transaction of a test must outlive the request."""
    signals = [request_started, request_finished]
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
