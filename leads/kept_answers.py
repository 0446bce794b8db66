"""What a prospect typed, on a page that needs no database: for the moment in which there is none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from django.db import InterfaceError, OperationalError
from django.forms import CharField
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from leads.forms import BookingForm

logger = logging.getLogger(__name__)

AGAIN_IN = "30"
"""Seconds, for whoever asks again by itself (RFC 9110, 10.2.3)."""

View = Callable[[HttpRequest], HttpResponse]


def keeps_answers(view: View) -> View:
    """For a view with the booking form, behind its guard: what another site sent must not be offered here.

    When the database is away, a POST is answered with 503 and a page that shows what was typed and can send
    the very same form again.
    """

    @wraps(view)
    def kept(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except (OperationalError, InterfaceError):
            if request.method != "POST":
                raise
            logger.exception("the database went away from a booking request")
            return _shown_again(request)

    return kept


def _shown_again(request: HttpRequest) -> HttpResponse:
    typed = [
        (field.label, request.POST[name])
        for name, field in BookingForm.base_fields.items()
        if isinstance(field, CharField) and request.POST.get(name)
    ]
    carried = [(name, value) for name, values in request.POST.lists() for value in values]
    page = render_to_string("leads/kept_answers.html", {"typed": typed, "carried": carried})
    return HttpResponse(page, status=503, headers={"Retry-After": AGAIN_IN})
