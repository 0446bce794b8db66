"""What came of a call: the page that the mail after it leads to. A GET shows, and one click records."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from leads.admin.follow_up import ValueForm
from leads.admin.verbs import staff_of
from leads.models import BookingRequest, CallRules, Outcome, Stale, Status

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

CHOICES = {**dict(Outcome.choices), Status.NO_SHOW.value: "The prospect did not come"}


def ask_outcome(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    booking = desk.to_change(request, pk)
    now = timezone.now()
    chosen = request.POST.get("choice", "")
    form = ValueForm(request.POST if chosen == Outcome.SIGNED else None)
    if chosen in CHOICES and can_tell(booking, at=now) and (form.is_valid() or not form.is_bound):
        value = form.cleaned_data["value"] if form.is_bound else None
        try:
            conclude(booking, chosen, value, by=staff_of(request), at=now)
        except Stale as stale:
            messages.warning(request, f"{stale} Nothing was changed.")
        else:
            messages.success(request, f"Recorded: {CHOICES[chosen].lower()}. No mail is sent.")
        return redirect("admin:leads_bookingrequest_change", pk)
    preselected = chosen or request.GET.get("choice", "")
    return desk.page_of(
        request,
        booking,
        "outcome",
        422 if form.errors else 200,
        title="What came of the call?",
        can_tell=can_tell(booking, at=now),
        choices=sorted(CHOICES.items(), key=lambda choice: choice[0] != preselected),
        preselected=preselected,
        form=form,
        currency=CallRules.current().currency,
        recorded=booking.get_outcome_display() or booking.get_status_display(),
    )


def can_tell(booking: BookingRequest, *, at: datetime) -> bool:
    """Whether there was a call: one that is confirmed and over, or one that was recorded already."""
    if booking.status == Status.CONFIRMED:
        return booking.ends_at is None or booking.ends_at <= at
    return booking.status in {Status.ATTENDED, Status.NO_SHOW}


def conclude(
    booking: BookingRequest, choice: str, value: Decimal | None = None, *, by: User, at: datetime
) -> None:
    """Whoever has an outcome came to the call, which is therefore recorded with it."""
    with transaction.atomic():
        if choice == Status.NO_SHOW:
            booking.mark_no_show(by=by, at=at)
            return
        if booking.status != Status.ATTENDED:
            booking.mark_attended(by=by, at=at)
        if (booking.outcome, booking.value) != (choice, value):
            booking.record_outcome(Outcome(choice), value=value, by=by, at=at)
