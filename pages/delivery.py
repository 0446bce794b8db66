"""How a public page leaves: compressed, revalidated, and the same for everyone.

The views that carry `delivered` must not depend on who asks. Their answers may be kept by any cache,
which asks back each time (`no-cache`) and mostly hears 304: an edit shows at once, and costs no bytes.
Compressing is safe here because these pages hold neither secrets nor anything that a request says.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

View = Callable[..., HttpResponse]

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, quality=11),
    "gzip": lambda content: gzip.compress(content, compresslevel=9, mtime=0),
}


def delivered(view: View) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def deliver(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        encoding = preferred_encoding(request.headers.get("Accept-Encoding", ""))
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:20]}-{encoding or "plain"}"'
        if encoding:
            response.content = compressed(response.content, encoding)
            response.headers["Content-Encoding"] = encoding
        response.headers["Cache-Control"] = "no-cache"
        response.headers["ETag"] = etag
        patch_vary_headers(response, ["Accept-Encoding"])
        return get_conditional_response(request, etag=etag, response=response) or response

    return deliver


@lru_cache(maxsize=64)
def compressed(content: bytes, encoding: str) -> bytes:
    """As small as it gets. That takes Brotli some 50 ms, so a page is done once until it changes."""
    return COMPRESSORS[encoding](content)


def preferred_encoding(accepted: str) -> str:
    """The encoding with the highest q-value, Brotli among equals; empty when none of ours is welcome."""
    weights = dict(_weight(entry) for entry in accepted.lower().split(",") if entry.strip())
    wishes = {name: weights.get(name, weights.get("*", 0.0)) for name in COMPRESSORS}
    best = max(wishes, key=lambda name: wishes[name])
    return best if wishes[best] > 0 else ""


def _weight(entry: str) -> tuple[str, float]:
    """`gzip;q=0.5` → gzip, 0.5. A weight that cannot be read counts as a refusal."""
    name, _, parameter = (part.strip() for part in entry.partition(";"))
    if not parameter:
        return name, 1.0
    key, _, value = parameter.partition("=")
    try:
        return name, float(value) if key.strip() == "q" else 1.0
    except ValueError:
        return name, 0.0
