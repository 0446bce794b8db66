"""What was set aside as spam: to be looked through, restored with one click, and counted by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from leads.admin import columns
from leads.models import BookingRequest, Stage
from leads.suspicion.layers import in_words
from leads.suspicion.report import REACHES_BACK, caught

if TYPE_CHECKING:
    from leads.admin.booking import BookingRequestAdmin

SHOWN = 100


def show_suspects(desk: BookingRequestAdmin, request: HttpRequest) -> HttpResponse:
    if not desk.has_view_permission(request):
        raise PermissionDenied
    now = timezone.now()
    newest = BookingRequest.objects.at_stage(Stage.SUSPECTED).order_by("-created_at", "-pk")[: SHOWN + 1]
    context = {
        **desk.admin_site.each_context(request),
        "opts": desk.opts,
        "title": "Suspected spam",
        "suspects": [
            {
                "booking": booking,
                "received": columns.ago(booking.created_at, at=now),
                "reasons": in_words(booking.suspicions),
            }
            for booking in newest[:SHOWN]
        ],
        "has_more": len(newest) > SHOWN,
        "may_restore": desk.has_change_permission(request),
        "caught": caught(now),
        "days": REACHES_BACK.days,
    }
    return TemplateResponse(request, "admin/leads/bookingrequest/suspects.html", context)
