"""What is good to know when a call begins, on a page that can be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from leads.emails import answers_of
from leads.models import BookingEvent, BookingRequest

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

EARLIER_SHOWN = 20


def show_brief(desk: BookingRequestAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    booking = get_object_or_404(BookingRequest, pk=pk)
    earlier = BookingRequest.objects.from_same_address(booking).prefetch_related("events")
    return desk.page_of(
        request,
        booking,
        "brief",
        answers=answers_of(booking),
        notes=booking.events.filter(kind=BookingEvent.Kind.NOTE).select_related("by"),
        earlier=earlier[:EARLIER_SHOWN],
    )
