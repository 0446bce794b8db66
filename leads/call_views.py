"""The prospect's own page, and what a prospect can do there. A GET shows; only a POST acts.

Of two clicks on a button the second finds that it is done, which is as the prospect wished: it is no problem.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads import calendar_file, clock, waiting_list, zones
from leads.forms import MoveForm
from leads.guard import cookieless_form
from leads.models import BookingRequest, CallRules, Stale, Status, TimeOffer, TimeTaken, TooLate
from leads.models.status import LIVE
from leads.open_times import open_times

CHANGED_MEANWHILE = "Something about this call has changed in the meantime. This is how it stands now"
TOO_LATE = "This call has begun or is over, so it cannot be changed any more"
OFFER_IS_OVER = "This time was kept for you for a while, and is not any more. You are still in line"

ANSWERED = {Status.DECLINED, Status.ATTENDED}
"""What a request can be when its prospect was told “not now”."""


@never_cache
@require_safe
def call(request: HttpRequest, token: str) -> HttpResponse:
    return _show(request, _booking(token))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form()
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Another time for the call, among those that are open; or a first one."""
    booking = _booking(token)
    now = timezone.now()
    if not booking.is_ahead(now):
        return _unchangeable(request, booking)
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
    return _move(request, form)


def _move(request: HttpRequest, form: MoveForm) -> HttpResponse:
    try:
        form.submit()
    except TimeTaken as taken:
        form.refuse_time(taken.starts_at, open_times(timezone.now(), moving=form.booking))
        return _show_times(request, form, status=409)
    except (Stale, TooLate) as refusal:
        is_done = _booking(form.booking.token).starts_at == form.cleaned_data["starts_at"]
        return _see(form.booking) if is_done else _refuse(request, form.booking, refusal)
    return _see(form.booking)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@cookieless_form()
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    booking = _booking(token)
    if request.method != "POST":
        return _ask_to_cancel(request, booking)
    try:
        booking.cancel(by=None, at=timezone.now())
    except (Stale, TooLate) as refusal:
        is_done = _booking(token).status == Status.CANCELLED
        return _see(booking) if is_done else _refuse(request, booking, refusal)
    return _see(booking)


def _ask_to_cancel(request: HttpRequest, booking: BookingRequest) -> HttpResponse:
    if not booking.is_ahead(timezone.now()):
        return _unchangeable(request, booking)
    return _private(render(request, "leads/cancel.html", _context(booking)))


@never_cache
@require_POST
@cookieless_form()
def take(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the freed time that is kept for a prospect on the waiting list."""
    booking = _booking(token)
    try:
        waiting_list.accept(booking, at=timezone.now())
    except (TimeTaken, Stale, TooLate) as refusal:
        is_done = _booking(token).starts_at is not None
        return _see(booking) if is_done else _refuse(request, booking, refusal)
    return _see(booking)


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
    return get_object_or_404(BookingRequest.everything, token=token)


def _unchangeable(request: HttpRequest, booking: BookingRequest) -> HttpResponse:
    """An old link leads to the call's page, which says how it stands; a form that came too late hears why."""
    return _refuse(request, booking, TooLate()) if request.method == "POST" else _see(booking)


def _refuse(request: HttpRequest, booking: BookingRequest, refusal: Exception) -> HttpResponse:
    """How the call stands now, and why what the prospect wished is not possible."""
    present = _booking(booking.token)
    problem = CHANGED_MEANWHILE
    if present.status in LIVE and isinstance(refusal, TooLate):
        problem = TOO_LATE
    elif present.status in LIVE and isinstance(refusal, TimeTaken):
        problem = OFFER_IS_OVER
    return _show(request, present, problem=problem, status=409)


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
    return {
        "booking": booking,
        "kind_words": booking.kind_words if booking.status in ANSWERED else "",
        "zone": zones.label(booking.time_zone, booking.starts_at or booking.created_at),
        "is_ahead": booking.is_ahead(now),
        "how_to_join": booking.how_to_join,
        "is_over": booking.ends_at is not None and booking.ends_at <= now,
        "offer": TimeOffer.objects.open().filter(booking=booking, expires_at__gt=now).first(),
        **(_context_of_time(booking, booking.starts_at) if booking.starts_at else {}),
    }


def _context_of_time(booking: BookingRequest, starts_at: datetime) -> dict[str, object]:
    return {
        "when": clock.told(
            starts_at,
            own=booking.time_zone,
            other=CallRules.current().time_zone,
            language=booking.language,
        ),
        "promised": datetime.fromisoformat(booking.promised_clock) if booking.clock_has_changed else None,
        "google_link": calendar_file.google_link(booking),
        "outlook_link": calendar_file.outlook_link(booking),
    }


def _see(booking: BookingRequest) -> HttpResponse:
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


def _private(response: HttpResponse) -> HttpResponse:
    """Whoever has the address may read the page; no search engine is to learn of it."""
    response["X-Robots-Tag"] = "noindex"
    return response
