from __future__ import annotations

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from leads.canary.mark import is_canary
from leads.counting.counters import counters
from leads.forms import BookingForm
from leads.guard import cookieless_form
from leads.kept_answers import keeps_answers
from leads.models import BookingPage, BookingRequest, TimeTaken
from leads.open_times import open_times
from leads.reply_promise import reply_promise
from leads.source import Source
from leads.suspicion.limits import TooMany
from leads.suspicion.sending import Visit

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


# The list of zones compresses to a fifth. No secret of the visitor is in it that a size could give away.
@gzip_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form(refusal=book_again)
@keeps_answers
def book(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_bound:
        counters.form_opened(request, form.source)
        return _show(request, form, status=200)
    if not form.is_valid():
        # Sent twice: the first of them holds the time that is now gone.
        if earlier := form.already_sent():
            return _see(earlier)
        return _show(request, form, status=409 if form.gone else 422)
    try:
        return _see(form.submit(Visit.of(request), is_canary=is_canary(request)))
    except TimeTaken as taken:
        form.refuse_time(taken.starts_at, open_times(timezone.now()))
        return _show(request, form, status=409)
    except TooMany:
        form.add_error(None, "Too many requests came from your network within an hour. Send it again later")
        return _show(request, form, status=429)
    except OperationalError:
        logger.exception("a booking request could not be stored")
        form.add_error(None, "We could not store your request just now. Wait a moment, and send it again")
        return _show(request, form, status=503)


def _see(booking: BookingRequest) -> HttpResponse:
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


def _show(request: HttpRequest, form: BookingForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "words": form.words,
        "open_times": form.times,
        # The waiting list waits for a time, not for an answer.
        "reply_promise": "" if form.is_waiting_list else reply_promise(form.times.at),
    }
    return render(request, "leads/book.html", context, status=status)


def _form(request: HttpRequest) -> BookingForm:
    return BookingForm(
        request.POST if request.method == "POST" else None,
        words=BookingPage.current(),
        source=Source.of(request),
        times=open_times(timezone.now()),
        is_final="show_times" not in request.POST,
        wanted={"time_zone": request.GET.get("tz", ""), "starts_at": request.GET.get("time", "")},
        language=get_language_from_request(request),
    )
