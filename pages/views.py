from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages.content import Content
from pages.delivery.front import FOR_EVER, TRUE_UNTIL
from pages.models import Publication
from pages.rendering import Rendering


@require_safe
@cache_control(no_cache=True)
def home(request: HttpRequest) -> HttpResponse:
    return _answer(request, Q(is_home=True))


@require_safe
@cache_control(no_cache=True)
def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    return _answer(request, Q(slug=slug))


def _answer(request: HttpRequest, place: Q) -> HttpResponse:
    """One query, whether the page is here, moved, or was taken off."""
    rendering = Rendering(at=timezone.now())
    publication, footer, next_change_at = Publication.objects.read(place, at=rendering.at)
    match publication:
        case None:
            raise Http404
        case Publication(kind=Publication.Kind.GONE):
            return HttpResponse(render_to_string("410.html", {"footer": footer}), status=410)
        case Publication(kind=Publication.Kind.REDIRECT):
            return _moved(request, publication.redirect_to)
    if request.path not in publication.addresses:
        return _moved(request, publication.get_absolute_url())
    if next_change_at:
        rendering.holds_until(next_change_at)
    html = rendered(publication.content or {}, footer=footer, rendering=rendering)
    true_until = rendering.true_until.isoformat() if rendering.true_until else FOR_EVER
    return HttpResponse(html, headers={TRUE_UNTIL: true_until})


def _moved(request: HttpRequest, address: str) -> HttpResponse:
    """For good, but asked again each time, as every page is: the page may move back."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def rendered(content: Content, *, template: str = "pages/landing_page.html", **more: Any) -> str:
    """The page as HTML. It is made without the request, so that nothing of a visitor can get into it.

    Who gives a `rendering` of their own can ask it afterwards until when the page is true.
    """
    own = {"rendering": Rendering(at=timezone.now())}
    return render_to_string(template, {**content, **own, **more})
