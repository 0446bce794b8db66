"""What the script and the picture of a page ask for. The answer never says whether anything was counted."""

from __future__ import annotations

from base64 import b64decode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from leads.counting.counters import counters
from leads.guard import LONGEST_LENGTH, UNREADABLE, is_from_this_site
from leads.models import Hit
from leads.source import Source, named

MOST_BYTES = 512
"""Of a hit, which is four short words."""

FROM_SCRIPTS = {Hit.VISIT, Hit.CLICK, Hit.QUESTION_OPENED}

PICTURE = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""One transparent pixel."""


@csrf_exempt
@require_POST
@cache_control(no_store=True)
def count(request: HttpRequest) -> HttpResponse:
    """A hit, as the script of one of our pages sends it. No CSRF token: there is nothing to gain by it."""
    sent = _sent(request)
    kind = sent.get("kind", "")
    if kind in FROM_SCRIPTS and is_from_this_site(request):
        counters.count(
            request,
            Hit(kind),
            page=sent.get("page", ""),
            source=named(sent.get("source", ""), request),
            cta=sent.get("cta", ""),
        )
    return HttpResponse(status=204)


@require_GET
@cache_control(no_store=True)
def count_picture(request: HttpRequest, page: str) -> HttpResponse:
    """A visit without scripts. What the address of the page names as its source comes in the Referer."""
    if is_from_this_site(request):
        counters.count(request, Hit.VISIT, page=page, source=Source.of(request).source_name)
    return HttpResponse(PICTURE, content_type="image/gif")


def _sent(request: HttpRequest) -> QueryDict:
    """Empty for what is too long or unreadable: an error would interest nobody."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > LONGEST_LENGTH or int(length) > MOST_BYTES:
        return QueryDict()
    try:
        return request.POST
    except UNREADABLE:
        return QueryDict()
