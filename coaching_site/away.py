"""What a visitor reads while the database is away, on pages that are not stored."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache

from coaching_site import request_id

SOON = "30"
"""Seconds, for whoever asks again by itself (RFC 9110, 10.2.3)."""


@never_cache
def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler for a view that failed: 503 when the database was the reason, else 500."""
    error = sys.exc_info()[1]
    if not isinstance(error, (InterfaceError, OperationalError)):
        return HttpResponseServerError(render_to_string("500.html", {"request_id": request_id.current()}))
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": SOON})
