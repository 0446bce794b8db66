from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from pages.content import content_of
from pages.models import LandingPage


def home(request: HttpRequest) -> HttpResponse:
    return _show(request, get_object_or_404(LandingPage.objects.published(), is_home=True))


def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    return _show(request, get_object_or_404(LandingPage.objects.published(), slug=slug))


def _show(request: HttpRequest, page: LandingPage) -> HttpResponse:
    return render(request, "pages/landing_page.html", content_of(page))
