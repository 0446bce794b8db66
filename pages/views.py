from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from pages.content import content_of
from pages.delivery import delivered
from pages.models import LandingPage


@require_safe
@delivered
def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse(rendered(get_object_or_404(LandingPage.objects.published(), is_home=True)))


@require_safe
@delivered
def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(rendered(get_object_or_404(LandingPage.objects.published(), slug=slug)))


def rendered(page: LandingPage) -> str:
    """The page as HTML. It is made without the request, so that nothing of a visitor can get into it."""
    context = {**content_of(page), "canonical_url": settings.SITE_URL + page.get_absolute_url()}
    return render_to_string("pages/landing_page.html", context)
