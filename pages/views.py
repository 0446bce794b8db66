from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from pages import memory
from pages.content import Content
from pages.delivery import version
from pages.delivery.front import FOR_EVER, TRUE_UNTIL
from pages.footer import footer, next_change_at
from pages.memory import Kept
from pages.models import Publication
from pages.rendering import Frame, OpenPlaces, Rendering


@require_safe
@cache_control(no_cache=True)
def home(request: HttpRequest) -> HttpResponse:
    return _answer(request, Q(is_home=True))


@require_safe
@cache_control(no_cache=True)
def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    return _answer(request, Q(slug=slug))


def _answer(request: HttpRequest, place: Q) -> HttpResponse:
    """One query, that for the version, as long as this process has shown the page since the last change."""
    rendering = Rendering(at=timezone.now(), version=version.read())
    links = footer(rendering)
    publication = _answering(place, rendering)
    match publication.kind:
        case Publication.Kind.GONE:
            return HttpResponse(render_to_string("410.html", {"footer": links}), status=410)
        case Publication.Kind.REDIRECT:
            return _moved(request, publication.redirect_to)
    if request.path not in publication.addresses:
        return _moved(request, publication.get_absolute_url())
    # Publications never change, so that a frame outlives what is published beside it.
    frame = memory.recall(
        (publication.pk, publication.made_at, *links),
        rendering.at,
        lambda: Kept(frame_of(publication.content or {}, footer=links), None),
    )
    html = frame.thing.filled(rendering)
    true_until = rendering.true_until.isoformat() if rendering.true_until else FOR_EVER
    return HttpResponse(html, headers={TRUE_UNTIL: true_until})


def _answering(place: Q, rendering: Rendering) -> Publication:
    """What answers at an address, until something else is due to. Its content is read by whoever needs it."""

    def find() -> Kept:
        found = Publication.objects.answering(place, at=rendering.at).defer("content").first()
        if found is None:
            raise Http404  # Not kept: of addresses without a page there are more than any memory holds.
        return Kept(found, next_change_at(rendering))

    publication: Publication = rendering.kept("content", place, find)
    return publication


def _moved(request: HttpRequest, address: str) -> HttpResponse:
    """For good, but asked again each time, as every page is: the page may move back."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


def rendered(content: Content, *, template: str = "pages/landing_page.html", **more: Any) -> str:
    """The page as HTML, as it is just now."""
    return frame_of(content, template=template, **more).filled(Rendering(at=timezone.now()))


def frame_of(content: Content, *, template: str = "pages/landing_page.html", **more: Any) -> Frame:
    """Made without the request, so that nothing of a visitor can get into it."""
    places = OpenPlaces()
    return places.cut(render_to_string(template, {**content, "open_places": places, **more}))
