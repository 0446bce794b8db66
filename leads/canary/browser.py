"""Asks the site's own public address, and no other, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from leads.outside import Deadline, in_time, in_words

SECONDS_IN_ALL = 10.0
MOST_BYTES = 1024 * 1024

HEADERS = {
    # By its name the counters know it for a machine (leads/counting/visitors.py).
    "User-Agent": "coaching-site-canary (monitor)",
    "Accept": "text/html",
    "Sec-Fetch-Site": "same-origin",
}


class Failed(Exception):
    """A call could not be booked. The text is a sentence for staff."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str = ""
    location: str = ""


class Browser(Protocol):
    def get(self, path: str) -> Answer: ...

    def post(self, path: str, fields: list[tuple[str, str]], headers: Mapping[str, str]) -> Answer: ...


class OwnSite:
    """A browser for the site of this URL. All it asks may take ten seconds together. Raises Failed."""

    def __init__(self, site_url: str, *, seconds: float = SECONDS_IN_ALL) -> None:
        self.site_url = site_url
        self.deadline = Deadline(seconds)

    def get(self, path: str) -> Answer:
        return self._in_time(lambda: self._ask("GET", path))

    def post(self, path: str, fields: list[tuple[str, str]], headers: Mapping[str, str]) -> Answer:
        said = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.site_url,
            **headers,
        }
        return self._in_time(lambda: self._ask("POST", path, urlencode(fields).encode(), said))

    def _ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        site = urlsplit(self.site_url)
        kind = HTTPSConnection if site.scheme == "https" else HTTPConnection
        with closing(kind(site.hostname or "", site.port, timeout=self.deadline.left())) as connection:
            connection.request(method, path, body, {**HEADERS, **(headers or {})})
            reply = connection.getresponse()
            text = reply.read(MOST_BYTES).decode("utf-8", "replace")
            return Answer(reply.status, text, reply.headers.get("Location", ""))

    def _in_time(self, question: Callable[[], Answer]) -> Answer:
        try:
            return in_time(question, self.deadline)
        except OSError as trouble:
            raise Failed(f"The site does not answer: {in_words(trouble)}.") from trouble
        except HTTPException as trouble:
            raise Failed("The site does not answer as a web server does.") from trouble


def own_path(url: str, *, seen_on: str, site_url: str) -> str:
    """The path of a link or a form's target. Raises Failed when it leads to another site."""
    full = urlsplit(urljoin(site_url + seen_on, url))
    if (full.scheme, full.netloc) != urlsplit(site_url)[:2]:
        raise Failed("The booking form leads to another address than SITE_URL.")
    return full.path + (f"?{full.query}" if full.query else "")
