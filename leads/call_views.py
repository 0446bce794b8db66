"""The prospect's own page, and what a prospect can do there. A GET shows; only a POST acts."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads import calendar_file, clock, waiting_list, zones
from leads.forms import MoveForm
from leads.guard import cookieless_form
from leads.models import BookingRequest, CallRules, Stale, TimeOffer, TimeTaken, TooLate
from leads.open_times import open_times

CHANGED_MEANWHILE = "Something about this call has changed in the meantime. This is how it stands now"
OFFER_IS_OVER = "The time was kept for you until now, and has gone to the next in line. You are still in line"


@never_cache
@require_safe
def call(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, _booking(token))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form()
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Another time for the call, among those that are open."""
    booking = _booking(token)
    now = timezone.now()
    if not booking.is_ahead(now):
        return _show(request, booking, problem=CHANGED_MEANWHILE, status=409)
    form = MoveForm(
        request.POST if request.method == "POST" else None,
        booking=booking,
        times=open_times(now, moving=booking),
        is_final="show_times" not in request.POST,
    )
    if not form.is_bound:
        return _show_times(request, form, status=200)
    if not form.is_valid():
        return _show_times(request, form, status=409 if form.gone else 422)
    try:
        form.submit()
    except TimeTaken as taken:
        form.refuse_time(taken.starts_at, open_times(timezone.now(), moving=booking))
        return _show_times(request, form, status=409)
    except (Stale, TooLate):
        return _show(request, _booking(token), problem=CHANGED_MEANWHILE, status=409)
    return _see(booking)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form()
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    booking = _booking(token)
    if request.method != "POST":
        return _private(render(request, "leads/cancel.html", _context(booking)))
    return _try(request, booking, lambda: booking.cancel(by=None, at=timezone.now()))


@never_cache
@require_POST
@cookieless_form()
def take(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the freed time that is kept for a prospect on the waiting list."""
    booking = _booking(token)
    return _try(request, booking, lambda: waiting_list.accept(booking, at=timezone.now()))


@never_cache
@require_safe
def download(request: HttpRequest, token: str) -> HttpResponse:
    """The call as a calendar file."""
    booking = get_object_or_404(BookingRequest.objects.in_the_calendar(), token=token)
    return _private(
        HttpResponse(
            calendar_file.for_download(booking, at=timezone.now()),
            headers={
                "Content-Type": "text/calendar; charset=utf-8",
                "Content-Disposition": 'attachment; filename="strategy-call.ics"',
            },
        )
    )


def _booking(token: str) -> BookingRequest:
    return get_object_or_404(BookingRequest, token=token)


def _try(request: HttpRequest, booking: BookingRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except TimeTaken:
        return _show(request, _booking(booking.token), problem=OFFER_IS_OVER, status=409)
    except (Stale, TooLate):
        return _show(request, _booking(booking.token), problem=CHANGED_MEANWHILE, status=409)
    return _see(booking)


def _show(
    request: HttpRequest, booking: BookingRequest, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = _context(booking) | {"problem": problem}
    return _private(render(request, f"leads/calls/{booking.status}.html", context, status=status))


def _show_times(request: HttpRequest, form: MoveForm, *, status: int) -> HttpResponse:
    context = _context(form.booking) | {"form": form}
    return _private(render(request, "leads/move.html", context, status=status))


def _context(booking: BookingRequest) -> dict[str, object]:
    now = timezone.now()
    context: dict[str, object] = {
        "booking": booking,
        "zone": zones.label(booking.time_zone, booking.starts_at or booking.created_at),
        "is_ahead": booking.is_ahead(now),
        "offer": TimeOffer.objects.open().filter(booking=booking, expires_at__gt=now).first(),
    }
    if booking.starts_at:
        context |= {
            "when": clock.told(
                booking.starts_at,
                own=booking.time_zone,
                other=CallRules.current().time_zone,
                language=booking.language,
            ),
            "google_link": calendar_file.google_link(booking),
            "outlook_link": calendar_file.outlook_link(booking),
        }
    return context


def _see(booking: BookingRequest) -> HttpResponse:
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


def _private(response: HttpResponse) -> HttpResponse:
    """Whoever has the address may read the page; no search engine is to learn of it."""
    response["X-Robots-Tag"] = "noindex"
    return response
