"""What crawlers ask for first. Addresses are those of the public site, whatever host was asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from pages.models import Publication
from pages.seo import absolute


@require_safe
@cache_control(no_cache=True)
@conditional_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page that readers see now, and since when it says what it says."""
    live = Publication.objects.live(timezone.now()).order_by("-is_home", "slug").defer("content")
    entries = [
        {
            "url": absolute(row.get_absolute_url()),
            "changed_at": row.counts_from.isoformat(timespec="seconds"),
        }
        for row in live
    ]
    return HttpResponse(render_to_string("sitemap.xml", {"entries": entries}), content_type="application/xml")


@require_safe
@cache_control(no_cache=True)
@conditional_page
def robots(request: HttpRequest) -> HttpResponse:
    text = render_to_string("robots.txt", {"sitemap_url": absolute(reverse("sitemap"))})
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
