"""What a visitor reads while the database is away, on pages that are not stored."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.defaults import server_error

SOON = "30"
"""Seconds, for whoever asks again by itself (RFC 9110, 10.2.3)."""


@never_cache
def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler for a view that failed: 503 when the database was the reason, else 500."""
    error = sys.exc_info()[1]
    if not isinstance(error, (InterfaceError, OperationalError)):
        return server_error(request)
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": SOON})
