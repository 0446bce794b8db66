"""The delivery front: what it answers by itself, what it stores, and what can never get into it."""

from __future__ import annotations

import gzip
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from pytest_django import Settings

import tests.wsgi
from coaching_site.sqlite.line import Line
from pages.delivery import files, version
from pages.delivery.encoding import preferred_encoding
from pages.delivery.entry import make
from pages.delivery.front import FOR_EVER, TRUE_UNTIL, DeliveryFront
from pages.delivery.release import release
from pages.delivery.store import Store
from pages.models import SiteVersion
from tests.wsgi import Reply

pytestmark = pytest.mark.django_db

PAGE = b"<p>" + b"a page " * 200
HOST = "coach.example"


@dataclass
class Site:
    """Stands for Django: says how often it was asked, and answers what it is told to."""

    body: bytes = PAGE
    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(
        default_factory=lambda: [("Content-Type", "text/html"), (TRUE_UNTIL, FOR_EVER)]
    )
    asked: list[str] = field(default_factory=list)
    pause: threading.Event | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        if self.pause:
            self.pause.wait(5)
        start_response(self.status, self.headers)
        return [self.body]


def ask(front: DeliveryFront, path: str = "/", method: str = "GET", **headers: str) -> Reply:
    return tests.wsgi.ask(front, path, method, host=HOST, **headers)


@pytest.fixture(autouse=True)
def our_site(settings: Settings, tmp_path: Path) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = f"http://{HOST}", [HOST]
    settings.PUBLISHED_DIR = tmp_path / "published"


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def front(site: Site) -> Iterator[DeliveryFront]:
    front = DeliveryFront(site)
    yield front
    front.settle()


def test_a_page_is_made_once_and_then_answered_from_the_store(front: DeliveryFront, site: Site) -> None:
    replies = [ask(front) for _ in range(3)]

    assert site.asked == ["GET /"]
    assert {reply.body for reply in replies} == {PAGE}
    assert replies[0] == replies[2]


def test_page_is_the_same_in_every_encoding(front: DeliveryFront) -> None:
    plain, small, smallest = ask(front), ask(front, accept_encoding="gzip"), ask(front, accept_encoding="br")

    assert plain.body == gzip.decompress(small.body) == brotli.decompress(smallest.body) == PAGE
    assert len({reply.headers["ETag"] for reply in (plain, small, smallest)}) == 3
    assert smallest.headers == {
        "Content-Type": "text/html",
        "Cache-Control": "no-cache",
        "Content-Length": str(len(smallest.body)),
        "ETag": smallest.headers["ETag"],
        "Vary": "Accept-Encoding",
        "Content-Encoding": "br",
    }


def test_a_browser_that_has_the_page_gets_no_body(front: DeliveryFront, site: Site) -> None:
    etag = ask(front, accept_encoding="br").headers["ETag"]

    reply = ask(front, accept_encoding="br", if_none_match=f'"other", W/{etag}')

    assert (reply.status, reply.body) == ("304 Not Modified", b"")
    assert reply.headers == {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding"}
    assert site.asked == ["GET /"]


class Listening:
    """The database's connection, with what is asked of it written down."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.asked: list[str] = []

    def execute(self, sql: str) -> Any:
        self.asked.append(sql)
        return self.real.execute(sql)

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        self.asked.append("something by Django’s cursor")
        return self.real.cursor(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


@pytest.mark.parametrize("has_it_already", [True, False], ids=["304", "200"])
def test_a_stored_page_asks_the_database_for_the_version_alone(
    front: DeliveryFront, monkeypatch: pytest.MonkeyPatch, has_it_already: bool
) -> None:
    etag = ask(front, accept_encoding="br").headers["ETag"]
    front.settle()
    listening = Listening(connection.connection)
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "connection", listening)

    ask(front, accept_encoding="br", **({"if_none_match": etag} if has_it_already else {}))

    assert listening.asked == [version.QUERY]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is asked for each page")
@pytest.mark.django_db(transaction=True)
def test_on_sqlite_even_the_version_is_asked_only_after_somebody_wrote(
    front: DeliveryFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "KEPT_FOR", 60.0)
    ask(front)
    front.settle()
    ask(front)
    listening = Listening(connection.connection)
    monkeypatch.setattr(connections[DEFAULT_DB_ALIAS], "connection", listening)

    ask(front)
    asked_before = [*listening.asked]
    with Line(f"{connection.settings_dict['NAME']}-line", patience=60):
        ask(front)
    asked_meanwhile = [*listening.asked]
    ask(front)
    ask(front)

    assert asked_before == []
    assert asked_meanwhile == [version.QUERY]
    assert listening.asked == [version.QUERY] * 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL is asked for each page")
@pytest.mark.django_db(transaction=True)
def test_what_was_written_beside_django_shows_after_a_second(
    front: DeliveryFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        SiteVersion.raise_()
    number = version.current()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as beside:
        beside.execute("UPDATE pages_siteversion SET number = number + 1")
    at_once = version.current()

    monkeypatch.setattr(version, "monotonic", lambda: time.monotonic() + version.KEPT_FOR)

    assert (at_once, version.current()) == (number, number + 1)


def test_an_etag_of_another_encoding_is_no_reason_for_304(front: DeliveryFront) -> None:
    etag = ask(front, accept_encoding="gzip").headers["ETag"]

    assert ask(front, accept_encoding="br", if_none_match=etag).status == "200 OK"


def test_head_has_the_headers_and_no_body(front: DeliveryFront, site: Site) -> None:
    head = ask(front, method="HEAD")

    assert (head.status, head.body, head.headers) == ("200 OK", b"", ask(front).headers)
    assert site.asked == ["GET /"]


def test_a_page_gets_smaller_while_nobody_waits_and_keeps_its_etag(front: DeliveryFront, site: Site) -> None:
    site.body = b"".join(b"<p>%d is not %d" % (number, number**3) for number in range(999))
    first = ask(front, accept_encoding="br")
    front.settle()
    later = ask(front, accept_encoding="br")

    assert len(later.body) < len(first.body)
    assert later.headers["ETag"] == first.headers["ETag"]
    assert brotli.decompress(later.body) == brotli.decompress(first.body) == site.body
    assert site.asked == ["GET /"]


def test_a_change_is_seen_by_the_next_reader(front: DeliveryFront, site: Site) -> None:
    ask(front)
    SiteVersion.raise_()
    site.body = b"new"

    assert ask(front).body == b"new"


def test_a_change_that_is_rolled_back_was_none(front: DeliveryFront, site: Site) -> None:
    ask(front)
    with transaction.atomic():
        SiteVersion.raise_()
        transaction.set_rollback(True)

    ask(front)

    assert site.asked == ["GET /"]


def test_a_page_is_made_anew_when_its_truth_lapses(front: DeliveryFront, site: Site) -> None:
    site.headers = [(TRUE_UNTIL, datetime.now(UTC).isoformat())]

    ask(front)
    ask(front)

    assert site.asked == ["GET /", "GET /"]


def test_how_long_a_page_is_true_stays_in_the_house(front: DeliveryFront, site: Site) -> None:
    site.status = "410 Gone"

    assert TRUE_UNTIL not in ask(front).headers
    assert TRUE_UNTIL not in ask(front, "/privacy/").headers


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK", []),
        ("404 Not Found", [(TRUE_UNTIL, FOR_EVER)]),
        ("301 Moved", [(TRUE_UNTIL, FOR_EVER), ("Location", "/elsewhere/")]),
        ("200 OK", [(TRUE_UNTIL, FOR_EVER), ("Set-Cookie", "a=b")]),
    ],
)
def test_nothing_is_stored_but_a_page_that_says_so(
    front: DeliveryFront, site: Site, status: str, headers: list[tuple[str, str]]
) -> None:
    site.status, site.headers = status, headers

    replies = [ask(front), ask(front)]

    assert len(site.asked) == 2
    assert [reply.status for reply in replies] == [status, status]
    assert not list(files.root().rglob("index*"))


@pytest.mark.parametrize("path", ["/book/", "/admin/", "/livez", "/calls/x/", "/static/a.css", "//", "/a/b/"])
def test_what_is_no_page_passes_through(front: DeliveryFront, site: Site, path: str) -> None:
    ask(front, path)
    ask(front, path)

    assert site.asked == [f"GET {path}", f"GET {path}"]


def test_a_post_passes_through(front: DeliveryFront, site: Site) -> None:
    ask(front)
    ask(front, method="POST")

    assert site.asked == ["GET /", "POST /"]


# --- Poison, and what would make it swell


def test_a_query_a_cookie_and_a_header_do_not_matter(front: DeliveryFront, site: Site) -> None:
    first = ask(front)
    second = ask(front, cookie="sessionid=x", x_forwarded_host="evil.example", accept_language="nl")

    assert second == first
    assert site.asked == ["GET /"]


def test_another_name_of_the_site_has_pages_of_its_own_and_none_of_them_is_published(
    front: DeliveryFront, site: Site, settings: Settings
) -> None:
    settings.SITE_URL = "http://other.example"

    ask(front)
    ask(front)

    assert site.asked == ["GET /"]
    assert not list(files.root().rglob("index*"))


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}:1", f"{HOST.upper()}", ""])
def test_nothing_is_stored_for_a_host_that_is_not_written_like_ours(
    front: DeliveryFront, site: Site, host: str
) -> None:
    for _ in range(2):
        tests.wsgi.ask(front, host=host)

    assert site.asked == ["GET /", "GET /"]


def test_a_page_over_https_is_not_the_one_over_http(
    front: DeliveryFront, site: Site, settings: Settings
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ask(front, x_forwarded_proto="https")
    site.status, site.headers = "301 Moved", [("Location", "https://coach.example/")]

    assert ask(front).status == "301 Moved"
    assert ask(front, x_forwarded_proto="https").status == "200 OK"


def test_the_store_is_bounded_in_entries_and_in_bytes() -> None:
    entry = make(PAGE, [], version=0, true_until=0)
    few, small = Store(most_entries=2), Store(most_bytes=entry.size)
    keys = [("http", HOST, f"/{number}/") for number in range(3)]

    for key in keys:
        few.put(key, entry)
        small.put(key, entry)

    assert [few.get(key) is not None for key in keys] == [False, True, True]
    assert [small.get(key) is not None for key in keys] == [False, False, True]


def test_encodings_are_remembered_for_few_headers_only() -> None:
    assert preferred_encoding.cache_info().maxsize == 256


# --- Files


def published() -> dict[str, bytes]:
    found = {
        str(path.relative_to(files.root())): path.read_bytes() for path in files.root().rglob("index.html*")
    }
    return dict(sorted(found.items()))


def test_a_page_is_published_as_files(front: DeliveryFront) -> None:
    ask(front)
    ask(front, "/privacy/")

    assert list(published()) == [
        "index.html",
        "index.html.br",
        "index.html.gz",
        "privacy/index.html",
        "privacy/index.html.br",
        "privacy/index.html.gz",
    ]
    assert published()["index.html"] == PAGE
    assert brotli.decompress(published()["index.html.br"]) == PAGE
    assert gzip.decompress(published()["index.html.gz"]) == PAGE


def test_another_process_reads_the_files_instead_of_making_the_page(front: DeliveryFront) -> None:
    ask(front)
    front.settle()
    another = Site()

    assert ask(DeliveryFront(another)) == ask(front)
    assert another.asked == []


@pytest.mark.django_db(transaction=True)
def test_files_go_when_a_change_commits(front: DeliveryFront) -> None:
    ask(front)
    with transaction.atomic():
        SiteVersion.raise_()
        assert published()

    assert published() == {}


def test_a_page_that_was_made_before_a_change_is_not_published_after_it() -> None:
    entry = make(PAGE, [], version=version.current(), true_until=9e9)
    SiteVersion.raise_()

    files.write("/", entry)

    assert published() == {}


def test_broken_files_are_passed_over(front: DeliveryFront, site: Site) -> None:
    ask(front)
    front.settle()
    (files.root() / files.FACTS).write_text("{")

    another = DeliveryFront(site)
    ask(another)
    another.settle()

    assert site.asked == ["GET /", "GET /"]


def test_what_another_release_published_is_made_anew(front: DeliveryFront, site: Site) -> None:
    ask(front)
    front.settle()
    facts = files.root() / files.FACTS
    facts.write_text(facts.read_text().replace(release(), "another"))
    site.body = b"as this release makes it"

    another = DeliveryFront(site)
    reply = ask(another)
    another.settle()

    assert reply.body == b"as this release makes it"


# --- Many at once, and a database that is away


def test_of_many_readers_one_has_the_page_made(front: DeliveryFront, site: Site) -> None:
    """Whichever process of this machine they come to: the second front stands for another one."""
    site.pause = threading.Event()
    replies: list[Reply] = []
    counted = version.current()
    fronts = cycle([front, DeliveryFront(site)])

    def read(front: DeliveryFront) -> None:
        replies.append(ask(front))
        connection.close()

    threads = [threading.Thread(target=read, args=[next(fronts)]) for _ in range(64)]
    for thread in threads:
        thread.start()
    site.pause.set()
    for thread in threads:
        thread.join()

    assert counted == version.current()
    assert site.asked == ["GET /"]
    assert len(replies) == 64


@pytest.mark.django_db(transaction=True)
def test_page_of_before_is_shown_when_the_database_goes_while_a_new_one_is_made(
    front: DeliveryFront, site: Site
) -> None:
    ask(front)
    SiteVersion.raise_()
    site.status, site.headers, site.body = "503 Service Unavailable", [], b"away"

    known, unknown = ask(front), ask(front, "/privacy/")

    assert (known.status, known.body) == ("200 OK", PAGE)
    assert (unknown.status, unknown.body) == ("503 Service Unavailable", b"away")


@pytest.mark.django_db(transaction=True)
def test_stored_pages_stay_up_while_the_database_is_away(front: DeliveryFront, site: Site) -> None:
    first = ask(front)
    table = SiteVersion._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        assert version.current() == version.UNKNOWN
        assert ask(front) == first
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert site.asked == ["GET /"]


def test_page_is_shown_where_no_file_can_be_written(
    front: DeliveryFront, site: Site, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.PUBLISHED_DIR = tmp_path / "file" / "published"

    replies = [ask(front), ask(front)]

    assert [(reply.status, reply.body) for reply in replies] == [("200 OK", PAGE)] * 2
    assert site.asked == ["GET /"]
