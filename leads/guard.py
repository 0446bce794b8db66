"""Forms that need no cookie, and still take a POST from this site's own pages only."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

LONGEST_LENGTH = 15
"""Digits of a Content-Length."""

UNREADABLE = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)


def cookieless_form(*, refusal: View | None = None) -> Callable[[View], View]:
    """For a view with a form: no CSRF cookie, but only a readable POST of this site's own reaches it.

    The browser itself says where a POST comes from, in headers that a page cannot set: the “Fetch
    Metadata” and “Verifying Origin” defences of OWASP's Cross-Site Request Forgery Prevention cheat
    sheet. A token would need a cookie, and a form in a tab left open overnight would fail with it.

    `refusal` answers a POST from elsewhere with status 403; it must not store anything.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                _read(request)
            except UNREADABLE as error:
                return _unreadable(request, error)
            if request.method == "POST" and not is_from_this_site(request):
                logger.warning("refused a form that another site sent to %s", request.path)
                return (refusal or _refused)(request, *args, **kwargs)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def is_from_this_site(request: HttpRequest) -> bool:
    """Whether one of our own pages sent this, by the first of three headers that is there.

    Sec-Fetch-Site is missing from older browsers and over plain HTTP; Origin from very old ones.
    “none” is the visitor's own doing, such as sending the form again by reloading.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    if origin := request.headers.get("Origin"):
        return is_own_url(origin, request)
    return is_own_url(request.headers.get("Referer", ""), request)


def is_own_url(url: str, request: HttpRequest) -> bool:
    """Whether the URL has the origin of SITE_URL, or of the (allowed) host that was asked."""
    asked = f"{request.scheme}://{request.get_host()}"
    origin = _origin(url)
    return origin is not None and origin in {_origin(settings.SITE_URL), _origin(asked)}


def _origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for “null” and for what is no web address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname else None


def _read(request: HttpRequest) -> None:
    """Parses the query and the form now, so that what cannot be read is refused in one place.

    Django bounds the size of a form's fields, but not of files, and would decode with any codec that
    the sender names, even one that is no character set.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    # Python reads no number of thousands of digits.
    if not length.isdecimal() or len(length) > LONGEST_LENGTH:
        raise BadRequest("The length is not a number.")
    if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise RequestDataTooBig("The form is larger than any honest one.")
    if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
        raise BadRequest("The form is not in UTF-8.")
    _ = request.GET, request.POST


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    is_too_big = isinstance(error, RequestDataTooBig)
    status = 413 if is_too_big else 400
    return render(request, "leads/unreadable.html", {"is_too_big": is_too_big}, status=status)


def _refused(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return render(request, "leads/refused.html", status=403)
