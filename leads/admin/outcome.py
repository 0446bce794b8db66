"""What came of a call: the page that the mail after it leads to. A GET shows, and one click records."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leads.admin.verbs import staff_of
from leads.models import BookingRequest, Outcome, Stale, Status

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

CHOICES = {**dict(Outcome.choices), Status.NO_SHOW.value: "The prospect did not come"}


def ask_outcome(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    booking = desk.to_change(request, pk)
    now = timezone.now()
    chosen = request.POST.get("choice", "")
    if chosen in CHOICES and can_tell(booking, at=now):
        try:
            conclude(booking, chosen, by=staff_of(request), at=now)
        except Stale as stale:
            messages.warning(request, f"{stale} Nothing was changed.")
        else:
            messages.success(request, f"Recorded: {CHOICES[chosen].lower()}. No mail is sent.")
        return redirect("admin:leads_bookingrequest_change", pk)
    preselected = request.GET.get("choice", "")
    return desk.page_of(
        request,
        booking,
        "outcome",
        title="What came of the call?",
        can_tell=can_tell(booking, at=now),
        choices=sorted(CHOICES.items(), key=lambda choice: choice[0] != preselected),
        preselected=preselected,
        recorded=booking.get_outcome_display() or booking.get_status_display(),
    )


def can_tell(booking: BookingRequest, *, at: datetime) -> bool:
    """Whether there was a call: one that is confirmed and over, or one that was recorded already."""
    if booking.status == Status.CONFIRMED:
        return booking.ends_at is None or booking.ends_at <= at
    return booking.status in {Status.ATTENDED, Status.NO_SHOW}


def conclude(booking: BookingRequest, choice: str, *, by: User, at: datetime) -> None:
    """Whoever has an outcome came to the call, which is therefore recorded with it."""
    with transaction.atomic():
        if choice == Status.NO_SHOW:
            booking.mark_no_show(by=by, at=at)
            return
        if booking.status != Status.ATTENDED:
            booking.mark_attended(by=by, at=at)
        if booking.outcome != choice:
            booking.record_outcome(Outcome(choice), by=by, at=at)
