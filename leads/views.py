from __future__ import annotations

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads import zones
from leads.forms import BookingForm
from leads.guard import cookieless_form
from leads.models import BookingPage, BookingRequest
from leads.source import Source

logger = logging.getLogger(__name__)


def book_again(request: HttpRequest) -> HttpResponse:
    """The form with what another site sent, to be read and consented to here. Nothing is stored."""
    form = _form(request)
    form.ask_consent_again()
    form.add_error(
        None,
        "This form did not come from our own page, so nothing was stored. "
        "Check it and send it again, or write to the address below",
    )
    return _show(request, form, status=403)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form(refusal=book_again)
def book(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_bound:
        return _show(request, form, status=200)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        booking = form.submit()
    except OperationalError:
        logger.exception("a booking request could not be stored")
        form.add_error(None, "We could not store your request just now. Wait a moment, and send it again")
        return _show(request, form, status=503)
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


@never_cache
@require_safe
def call(request: HttpRequest, token: str) -> HttpResponse:
    """The prospect's own page. It only shows: programs that check links in mails open it too."""
    booking = get_object_or_404(BookingRequest, token=token)
    context = {"booking": booking, "zone": zones.label(booking.time_zone, booking.created_at)}
    response = render(request, f"leads/calls/{booking.status}.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _show(request: HttpRequest, form: BookingForm, status: int) -> HttpResponse:
    return render(request, "leads/book.html", {"form": form, "words": form.words}, status=status)


def _form(request: HttpRequest) -> BookingForm:
    return BookingForm(
        request.POST if request.method == "POST" else None,
        words=BookingPage.current(),
        source=Source.of(request),
        now=timezone.now(),
        zone=request.GET.get("tz", ""),
    )
