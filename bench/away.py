"""What readers see while the application is down, and while its database is away.

nginx stands in front, with the configuration that the project ships. The landing pages are files: they must
stay up byte for byte and with all of their headers, and what is no file must be answered by a kind 503.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.delivery import nginx, site
from bench.delivery.servers import PATIENCE
from bench.delivery.tools import Missing, need_programs
from bench.runs import say
from pages.delivery import files

PAGES = ["/", "/backend-developer-to-ai-engineer/", "/privacy/", "/terms/"]
ENCODINGS = ["br", "gzip", "identity"]
HOST = "127.0.0.1"
SITE_URL = f"http://{HOST}"
PASSING = {"date", "connection", "server", "keep-alive"}
NOWHERE = "postgres://nobody@127.0.0.1:1/away"


class Seen(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def main(arguments: Sequence[str] = ()) -> int:
    try:
        need_programs()
        with tempfile.TemporaryDirectory(prefix="coaching-site-bench-") as folder:
            faults = list(_faults(Path(folder)))
    except Missing as missing:
        say(str(missing))
        return 1
    say("\n".join(faults) if faults else "Every landing page stayed as it was, and /book/ answered 503.")
    return 1 if faults else 0


def _faults(folder: Path) -> Iterator[str]:
    data = folder / "site"
    data.mkdir()
    site.prepare(data)
    with site.worker(data, SITE_URL=SITE_URL), _served(data, folder / "up") as url:
        _wait_for_files(data)
        as_ever = {(path, encoding): _see(url, path, encoding) for path in PAGES for encoding in ENCODINGS}
        yield from _not_files(as_ever)
        yield from _not("/book/", _see(url, "/book/"), 200)
    with _served(data, folder / "no-application", has_application=False) as url:
        yield from _differ("the application is down", url, as_ever)
    with _served(data, folder / "no-database", DATABASE_URL=NOWHERE) as url:
        yield from _differ("the database is away", url, as_ever)


def _differ(when: str, url: str, as_ever: dict[tuple[str, str], Seen]) -> Iterator[str]:
    stayed = 0
    for (path, encoding), before in as_ever.items():
        if (now := _see(url, path, encoding)) != before:
            yield f"{path} in {encoding}, while {when}: {now.status} with {now.headers}, not as before."
        else:
            stayed += 1
    form = _see(url, "/book/")
    say(f"While {when}: {stayed} of {len(as_ever)} answers as before; /book/ says {form.status}.")
    yield from _not(f"/book/, while {when}", form, 503)
    if "retry-after" not in form.headers or b"Please try again" not in form.body:
        yield f"/book/, while {when}: {form.headers} {form.body[:200]!r}"


def _not_files(seen: dict[tuple[str, str], Seen]) -> Iterator[str]:
    for (path, encoding), answer in seen.items():
        yield from _not(f"{path} in {encoding}", answer, 200)
        if "content-security-policy" not in answer.headers:
            yield f"{path} in {encoding} has no policy: {answer.headers}"
        if answer.headers.get("content-encoding", "identity") != encoding:
            yield f"{path} in {encoding} came otherwise: {answer.headers}"


def _not(what: str, answer: Seen, status: int) -> Iterator[str]:
    if answer.status != status:
        yield f"{what}: {answer.status}, not {status}"


def _see(url: str, path: str, encoding: str = "identity") -> Seen:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": encoding})
        answer: HTTPResponse = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in PASSING}
        return Seen(answer.status, headers, answer.read())
    finally:
        connection.close()


@contextmanager
def _served(data: Path, folder: Path, *, has_application: bool = True, **settings: str) -> Iterator[str]:
    application = site.gunicorn("coaching_site.wsgi:application", data, SITE_URL=SITE_URL, **settings)
    with ExitStack() as running:
        if has_application:
            running.enter_context(application)
        front = nginx.deployed(data, folder, workers=1, application=application.url)
        yield running.enter_context(front).url


def _wait_for_files(data: Path) -> None:
    """The worker publishes them, one after the other, until each is as small as it gets."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        facts = [data / "published" / path.strip("/") / files.FACTS for path in PAGES]
        if all(file.exists() and json.loads(file.read_text())["is_smallest"] for file in facts):
            return
        time.sleep(0.2)
    raise Missing("The worker published no files.")
