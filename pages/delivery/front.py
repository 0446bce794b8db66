"""The delivery front: stands before Django's handler and answers for pages that are stored.

It looks at method, scheme, host, path and Accept-Encoding, and at nothing else of a request, so that no
query, cookie or header of one visitor can get into what another one reads. A stored page counts as long as
the version of the site is the one that it was made for; the version is read before a page is rendered,
never after. What is no page of ours passes through untouched.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.urls import Resolver404, resolve

from pages.delivery import files, version
from pages.delivery.encoding import preferred_encoding
from pages.delivery.entry import Entry, Headers, make
from pages.delivery.store import Key, Store

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

PAGE_PATH = re.compile(r"/(?:[-\w]+/)?", re.ASCII)
PAGE_VIEWS = {"home", "landing_page"}

TRUE_UNTIL = "X-True-Until"
"""How a view says that its answer may be stored, and until when. It never leaves the house."""

FOR_EVER = "9999-12-31T00:00:00+00:00"
LOCKS = 64


class DeliveryFront:
    def __init__(self, site: WSGIApplication, store: Store | None = None) -> None:
        self.site = site
        self.store = store or Store()
        self._locks = [Lock() for _ in range(LOCKS)]
        self._aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smaller")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not PAGE_PATH.fullmatch(path):
            return self.site(environ, start_response)
        key = (_scheme(environ), environ.get("HTTP_HOST", ""), path)
        entry = self.store.get(key)
        if entry is not None and _still_holds(entry, version.current()):
            return _answer(entry, environ, start_response)
        if not _is_known(key) or not _is_page(path):
            return self.site(environ, start_response)
        return self._renew(key, environ, start_response)

    def _renew(self, key: Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a page that is not stored. Of many readers at once, one has it made and the others wait."""
        with ExitStack() as turn:
            turn.enter_context(self._locks[_place(key)])
            if is_on_our_site(key):
                turn.enter_context(files.turn(_place(key)))
            now_counts = version.current()
            entry = self._from_others(key, now_counts)
            if entry is None:
                answer = Answer(self.site, environ)
                if entry := answer.as_entry(now_counts):
                    self._keep(key, entry)
                elif not answer.is_away or not (entry := self.store.get(key)):
                    return answer.pass_on(start_response)
        return _answer(entry, environ, start_response)

    def _from_others(self, key: Key, now_counts: int) -> Entry | None:
        """What another thread, or another process of this machine, has made in the meantime."""
        if (entry := self.store.get(key)) and _still_holds(entry, now_counts):
            return entry
        if is_on_our_site(key) and (found := files.read(key[2])) and _still_holds(found, now_counts):
            self._store(key, found)
            return found
        return None

    def _keep(self, key: Key, entry: Entry) -> None:
        if is_on_our_site(key):
            files.write_if_possible(key[2], entry)
        self._store(key, entry)

    def _store(self, key: Key, entry: Entry) -> None:
        self.store.put(key, entry)
        if not entry.is_smallest:
            self._aside.submit(self._make_smaller, key, entry)

    def _make_smaller(self, key: Key, entry: Entry) -> None:
        """While nobody waits for it; and not at all, when something newer has come meanwhile."""
        if self.store.get(key) is not entry:
            return
        try:
            found = files.read(key[2]) if is_on_our_site(key) else None
            if found and found.is_smallest and found.is_as_old_as(entry):
                self.store.put(key, found)
            else:
                self._keep(key, entry.smaller())
        finally:
            connection.close()

    def settle(self) -> None:
        """Returns when everything stored is as small as it gets."""
        self._aside.submit(lambda: None).result()


class Answer:
    """What the site answers to a request, kept back until it is clear what it is."""

    def __init__(self, site: WSGIApplication, environ: WSGIEnvironment) -> None:
        self.status = ""
        self.headers: Headers = []
        # Without cookies: Django gives a new one to whoever brings a broken one, and a page sets none.
        body = site({**environ, "REQUEST_METHOD": "GET", "HTTP_COOKIE": ""}, self._start)
        try:
            self.body = b"".join(body)
        finally:
            close: Callable[[], object] = getattr(body, "close", lambda: None)
            close()

    def as_entry(self, made_for: int) -> Entry | None:
        """An entry, if the view said that its answer may be stored."""
        names = {name.lower() for name, _ in self.headers}
        true_until = next((value for name, value in self.headers if name == TRUE_UNTIL), None)
        if true_until is None or not self.status.startswith("200") or "set-cookie" in names:
            return None
        return make(
            self.body,
            self._public_headers(),
            version=made_for,
            true_until=datetime.fromisoformat(true_until).timestamp(),
        )

    @property
    def is_away(self) -> bool:
        """Whether the database went away while the page was made. An older one is then better than none."""
        return self.status.startswith("503")

    def pass_on(self, start_response: StartResponse) -> list[bytes]:
        start_response(self.status, self._public_headers())
        return [self.body]

    def _start(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return lambda _: None

    def _public_headers(self) -> Headers:
        return [(name, value) for name, value in self.headers if name != TRUE_UNTIL]


def _answer(entry: Entry, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    variant = entry.variants[preferred_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match and variant.is_known_by(if_none_match):
        start_response("304 Not Modified", variant.headers_without_body)
        return []
    start_response("200 OK", variant.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [variant.body]


def _still_holds(entry: Entry, now_counts: int) -> bool:
    """While the database does not answer, what was true when it last did has to do."""
    return now_counts == version.UNKNOWN or entry.holds(now_counts, time.time())


def _is_page(path: str) -> bool:
    try:
        return resolve(path).url_name in PAGE_VIEWS
    except Resolver404:
        return False


def _scheme(environ: WSGIEnvironment) -> str:
    """As Django will see it: a redirect to https must not be passed over."""
    name, secure = settings.SECURE_PROXY_SSL_HEADER or ("", "")
    said: str | None = environ.get(name)
    if said is None:
        scheme: str = environ["wsgi.url_scheme"]
        return scheme
    return "https" if said.partition(",")[0].strip() == secure else "http"


def _is_known(key: Key) -> bool:
    """Whether it is asked for by a name of the site. Django lets any port pass, and there are 65,535."""
    host = key[1].removesuffix(f":{settings.PORT}")
    return is_on_our_site(key) or host in settings.ALLOWED_HOSTS


def is_on_our_site(key: Key) -> bool:
    """Only the site's own address is published as files: the local names that also answer are for tests."""
    return f"{key[0]}://{key[1]}" == settings.SITE_URL


def _place(key: Key) -> int:
    return int.from_bytes(blake2b("\n".join(key).encode(), digest_size=2).digest()) % LOCKS
