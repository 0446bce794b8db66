"""An application that tells the length of each body it was given, to stand behind a proxy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

bodies: list[int] = []


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        bodies.append(len(environ["wsgi.input"].read()))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{bodies}".encode()]
