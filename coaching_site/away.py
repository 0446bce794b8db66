"""What a visitor reads while the database, or the cache, is away, on pages that are not stored."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache

from coaching_site import request_id
from leads.kept_answers import AGAIN_IN


@never_cache
def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler for a view that failed: 503 when what it works with is away, else 500."""
    error = sys.exc_info()[1]
    if not isinstance(error, (InterfaceError, OperationalError, *_of_redis())):
        return HttpResponseServerError(render_to_string("500.html", {"request_id": request_id.current()}))
    return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": AGAIN_IN})


def _of_redis() -> tuple[type[Exception], ...]:
    """Redis that does not answer or refuses. Not every site has the package; unloaded, it did not fail."""
    redis = sys.modules.get("redis")
    return (redis.RedisError,) if redis else ()
