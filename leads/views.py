from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def book(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def call(request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse()
