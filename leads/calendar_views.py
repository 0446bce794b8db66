from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads import calendar_file
from leads.models import BookingRequest, CalendarFeed


@never_cache
@require_safe
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The confirmed calls for a calendar to subscribe to. A revoked address is as unknown as any other."""
    get_object_or_404(CalendarFeed.objects.working(), secret=secret)
    now = timezone.now()
    calls = BookingRequest.objects.for_feed(now)
    return HttpResponse(calendar_file.feed(calls, at=now), content_type="text/calendar; charset=utf-8")
