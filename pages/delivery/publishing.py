"""Renews the published files: with each publication, after any other change, when a page's truth lapses, when
another release starts, and after a crash in between.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

from pages.delivery import files, version
from pages.delivery.entry import Entry
from pages.delivery.front import Answer
from pages.models import Publication

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


MOST_AT_ONCE = 3
"""Pages that are renewed while their publisher waits; of more, the worker makes the rest."""


def renew(paths: Iterable[str]) -> None:
    """Makes pages anew at once, so that no reader waits for it. Call it when the change has committed."""
    now_counts = version.current()
    for path in islice(paths, MOST_AT_ONCE):
        if entry := _made(path, now_counts):
            files.write_if_possible(path, entry)


def renew_next(at: datetime) -> bool:
    """Makes one page anew whose files are missing, lapsed, of an older version, or not yet the smallest.

    The worker's part. False when nothing is left to do.
    """
    now_counts = version.current()
    return any(_publish(path, now_counts) for path in _paths(at) if not _is_as_it_should_be(path, now_counts))


def outdated(at: datetime) -> int:
    """How many pages `renew_next` has still to make."""
    now_counts = version.current()
    return sum(not _is_as_it_should_be(path, now_counts) for path in _paths(at))


def _is_as_it_should_be(path: str, now_counts: int) -> bool:
    found = files.read(path)
    return found is not None and found.holds(now_counts, time.time()) and found.is_smallest


def _publish(path: str, now_counts: int) -> bool:
    """False for a page that cannot be stored now, such as one that fails: the next round tries again."""
    entry = _made(path, now_counts)
    return entry is not None and files.write(path, entry.smaller())


def _made(path: str, now_counts: int) -> Entry | None:
    return Answer(_site(), _asked_for(path)).as_entry(now_counts)


@cache
def _site() -> WSGIHandler:
    return WSGIHandler()


def _paths(at: datetime) -> list[str]:
    return [row.get_absolute_url() for row in Publication.objects.live(at)]


def _asked_for(path: str) -> WSGIEnvironment:
    """A request as a reader's browser sends it, to the site's own address."""
    site = urlsplit(settings.SITE_URL)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "",
        "SERVER_PORT": str(site.port or {"http": 80, "https": 443}[site.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": site.netloc,
        "wsgi.url_scheme": site.scheme,
        "wsgi.input": BytesIO(),
    }
    if settings.SECURE_PROXY_SSL_HEADER and site.scheme == "https":
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = secure
    return environ
