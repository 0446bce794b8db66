"""An id for each request, in all of its log lines and in its answer, so that a complaint finds its error.

It says nothing about anybody: it is random, or what the proxy in front made up.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"

WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""Anything else could break a log line, or fill one."""

_current: ContextVar[str] = ContextVar("id of the request", default="")


def current() -> str:
    """Of the request that is being answered; empty outside of one."""
    return _current.get()


class RequestId:
    """Outside of every other middleware but that of static files: what they log has the id already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = _id_of(request)  # type: ignore[attr-defined]
        token = _current.set(request.request_id)  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
            response.headers[HEADER] = current()
            return response
        finally:
            _current.reset(token)


def _id_of(request: HttpRequest) -> str:
    """The proxy's, where one is believed; whoever asks directly could make two requests look like one."""
    said = request.headers.get(HEADER, "")
    if settings.TRUSTED_PROXIES and WELL_FORMED.fullmatch(said):
        return said
    return secrets.token_hex(8)
