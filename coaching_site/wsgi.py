"""The application that gunicorn serves."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching_site.settings")

CHARSET = re.compile(r"charset\s*=", re.IGNORECASE)
UTF_8 = re.compile(r"""charset\s*=\s*(["']?)utf-?8\1\s*(;|$)""", re.IGNORECASE)

site = get_wsgi_application()
"""Django alone: every page is made anew."""

from django.urls import resolve  # noqa: E402

from coaching_site.headers import OF_EVERY_ANSWER  # noqa: E402
from pages.delivery.front import DeliveryFront  # noqa: E402 (the models are there only now)

front = DeliveryFront(site)
resolve("/")  # Loads every view before gunicorn forks, not at the first request of each process.


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The site, for requests in UTF-8: browsers send no others.

    Django would decode with any codec that a Content-Type names, even with one that is no character
    set, such as hex, and would fail before the first middleware could answer.
    """
    content_type = environ.get("CONTENT_TYPE", "")
    if CHARSET.search(content_type) and not UTF_8.search(content_type):
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), *OF_EVERY_ANSWER])
        return [b"Only UTF-8 is understood here.\n"]
    return front(environ, start_response)
