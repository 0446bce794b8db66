"""A page as it leaves: the same bytes for everyone, made once for each encoding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.http import parse_etags

from pages.delivery.encoding import COMPRESSORS, IDENTITY, best_brotli

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Variant:
    """One encoding of the page, with all of its headers."""

    body: bytes
    etag: str
    headers: Headers

    @property
    def headers_without_body(self) -> Headers:
        return [(name, value) for name, value in self.headers if name.lower() not in OF_THE_BODY]

    def is_known_by(self, if_none_match: str) -> bool:
        """Whether the browser has it already (RFC 9110, 13.1.2)."""
        etags = parse_etags(if_none_match)
        return "*" in etags or self.etag in (etag.removeprefix("W/") for etag in etags)


@dataclass(frozen=True)
class Entry:
    """A page in each encoding, and as long as it is true: for one version, until an instant."""

    version: int
    true_until: float
    """Seconds since 1970, like time.time()."""
    variants: dict[str, Variant]
    is_smallest: bool = False

    def holds(self, version: int, now: float) -> bool:
        return self.version == version and now < self.true_until

    def is_as_old_as(self, other: Entry) -> bool:
        return (self.version, self.true_until) == (other.version, other.true_until)

    def smaller(self) -> Entry:
        """The same, with the smallest Brotli there is. That takes some 50 ms."""
        plain = self.variants[IDENTITY]
        best = _variant("br", best_brotli(plain.body), plain)
        return replace(self, variants={**self.variants, "br": best}, is_smallest=True)

    @property
    def size(self) -> int:
        return sum(len(variant.body) for variant in self.variants.values())


def make(body: bytes, headers: Iterable[tuple[str, str]], *, version: int, true_until: float) -> Entry:
    """An entry from what Django answered: its body as it is, and compressed, each under its own ETag."""
    kept = [(name, value) for name, value in headers if name.lower() not in OWN]
    plain = _variant(IDENTITY, body, Variant(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"', kept))
    packed = {name: _variant(name, compress(body), plain) for name, compress in COMPRESSORS.items()}
    return Entry(version, true_until, {IDENTITY: plain, **packed})


OF_THE_BODY = {"content-encoding", "content-length", "content-type"}

OWN = {"cache-control", "content-encoding", "content-length", "etag", "vary", "x-request-id"}
"""The headers that delivery sets itself, and the one that is of a single request."""


def _variant(encoding: str, body: bytes, plain: Variant) -> Variant:
    """The ETag names the content and its encoding, and stays when the same is compressed better."""
    etag = f'{plain.etag[:-1]}-{encoding}"' if encoding else plain.etag
    own = [
        # Any cache may keep it, and asks back each time: an edit shows at once.
        ("Cache-Control", "no-cache"),
        ("Content-Length", str(len(body))),
        ("ETag", etag),
        ("Vary", "Accept-Encoding"),
    ]
    if encoding:
        own.append(("Content-Encoding", encoding))
    kept = [(name, value) for name, value in plain.headers if name.lower() not in OWN]
    return Variant(body, etag, [*kept, *own])
