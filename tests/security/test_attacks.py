"""Attacks by their names. Those that a subject's own tests make are named in docs/security.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import Settings

from leads.models import BookingRequest, CalendarFeed, Message
from tests.leads.factories import ANSWERS, submitted
from tests.security.hostile import MARKED, has_element
from tests.security.world import HOST, World, asked, asked_next, built
from tests.wsgi import Reply

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
OURS = {"origin": f"http://{HOST}"}


@pytest.fixture(autouse=True)
def _folders(settings: Settings, tmp_path: Path) -> None:
    settings.PUBLISHED_DIR, settings.MEDIA_ROOT = tmp_path / "published", tmp_path / "media"


@pytest.fixture
def world(db: None) -> World:
    return built()


def status_of(path: str, method: str = "GET", **more: Any) -> str:
    return asked(path, method, **more).status[:3]


# --- Cache poisoning

CLAIMS: list[dict[str, Any]] = [
    {"x_forwarded_host": "evil.example"},
    {"x_forwarded_scheme": "gopher", "x_forwarded_port": "1"},
    {"x_original_url": "/admin/", "x_rewrite_url": "/admin/"},
    {"forwarded": "host=evil.example;proto=https"},
    {"cookie": "sessionid=x; csrftoken=<b>"},
    {"accept_encoding": "gzip;q=1e999, br;q=nan, x"},
    {"accept_language": "ar"},
    {"referer": f"http://{HOST}/?utm_source=evil"},
    {"range": "bytes=0-3"},
]


def is_poisoned_by(attack: dict[str, Any], clean: Reply) -> bool:
    """Whether the next visitor of a fresh process reads anything but the page as it is."""
    asked("/livez")  # begins anew, with nothing stored
    asked_next(**attack)
    next_one = asked_next()
    return (next_one.status, next_one.body) != (clean.status, clean.body) or "Set-Cookie" in next_one.headers


def test_cache_poisoning_by_a_header(world: World) -> None:
    clean = asked("/")

    assert [claim for claim in CLAIMS if is_poisoned_by(claim, clean)] == []
    assert clean.status == "200 OK"


def test_cache_poisoning_by_the_query(world: World) -> None:
    assert not is_poisoned_by({"query": "utm_source=evil&next=//evil.example&_method=DELETE"}, asked("/"))


def test_cache_poisoning_by_the_host(world: World) -> None:
    hosts = ["evil.example", f"{HOST}@evil.example", "evil.example:8000", "127.0.0.1:81"]
    clean = asked("/")

    assert [host for host in hosts if is_poisoned_by({"host": host}, clean)] == []


def test_cache_poisoning_by_script_name(world: World) -> None:
    """Some servers take it from a header. It would stand before every link of the page."""
    assert not is_poisoned_by({"claims": {"SCRIPT_NAME": "/evil"}}, asked("/"))


def test_cache_poisoning_by_a_list_of_forwarded_schemes(world: World, settings: Settings) -> None:
    """Django believes the first of a list: stored as http, the page would stop the redirect to https."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, HOST
    asked("/livez")

    evil = asked_next(x_forwarded_proto="https, http")
    next_one = asked_next(x_forwarded_proto="http")

    assert (evil.status, next_one.status) == ("200 OK", "301 Moved Permanently")


def test_web_cache_deception(world: World) -> None:
    """A cache that goes by the ending of an address must not get to keep somebody's own page."""
    own = world.booking.get_absolute_url()
    endings = ["style.css", "%2fstyle.css", ";style.css", "x/style.css"]

    answers = [status_of(own + ending) for ending in endings]
    with_query = asked(own, query="style.css")

    assert answers == ["404"] * 4
    assert (with_query.status, "no-store" in with_query.headers["Cache-Control"]) == ("200 OK", True)


# --- Whose page it is


def test_enumeration_of_call_tokens(client: Client) -> None:
    booking = submitted()
    token = booking.token
    guesses = ["1", "a" * 32, token[:-1], token.swapcase(), f"{token}a", str(booking.pk)]

    answers = [client.get(f"/calls/{guess}/{end}") for guess in guesses for end in ("", "move/", "call.ics")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_tokens_hold_too_many_bits_to_be_guessed() -> None:
    bookings = [submitted(email=f"{n}@example.com") for n in range(3)]
    feed = CalendarFeed.objects.create(name="A phone")

    assert [len(booking.token) * 6 for booking in bookings] == [192] * 3
    assert len(feed.secret) * 6 >= 256
    assert len({booking.token for booking in bookings}) == 3


def test_forged_post_to_the_page_of_a_call(world: World) -> None:
    own = world.booking.get_absolute_url()
    senders = [{"origin": "https://evil.example"}, {"origin": "null"}, {}, {"sec_fetch_site": "same-site"}]

    answers = [
        status_of(f"{own}{act}/", "POST", body=b"starts_at=none", content_type=FORM, **sender)
        for act in ("move", "cancel", "take")
        for sender in senders
    ]

    assert answers == ["403"] * 12
    world.booking.refresh_from_db()
    assert world.booking.status == "confirmed"


# --- Where it leads


def test_open_redirect_through_slashes() -> None:
    paths = [
        "//evil.example",
        "//evil.example/",
        "/\\evil.example",
        "///evil.example/..",
        "//evil.example/admin",
    ]

    led_to = [asked(path).headers.get("Location", "") for path in paths]

    assert [place for place in led_to if re.match(r"[a-z]+:|[/\\]{2}", place)] == []


def test_response_splitting_through_a_moved_address(world: World) -> None:
    """An old address leads on with its query, whatever stands in it."""
    home = next(path for path in world.public if "-" in path and path.count("/") == 2)

    reply = asked(home, query="a=%0d%0aSet-Cookie:%20x=1&b=\x85\u00ff")

    assert "Set-Cookie" not in reply.headers
    assert not any({"\r", "\n"} & set(value) for value in reply.headers.values())


# --- What it says


def test_stored_xss_in_what_a_prospect_wrote_reaches_no_page_of_the_desk(world: World) -> None:
    """Past the form, which refuses most of it."""
    fields = [
        "name",
        "role",
        "goals",
        "wished_time",
        "profile_url",
        "source_page",
        "source_cta",
        "utm_source",
    ]
    said: dict[str, Any] = dict.fromkeys(fields, MARKED)
    submitted(email="samira@example.com", **said)
    BookingRequest.objects.update(**said)
    Message.objects.update(last_error=MARKED)

    pages = {path: world.client.get(path) for path in world.desk if "/leads/" in path or path == "/admin/"}

    html = {path: page.content.decode() for path, page in pages.items() if "html" in page["Content-Type"]}
    assert [path for path, text in html.items() if has_element(text)] == []
    assert sum("x-hostile" in text for text in html.values()) > 3


def test_reflected_xss_through_the_address_of_the_form() -> None:
    names = ["from", "cta", "via", "utm_source", "tz", "time"]

    reply = asked("/book/", query=urlencode(dict.fromkeys(names, MARKED) | {MARKED: "x"}))

    assert reply.status == "200 OK"
    assert not has_element(reply.body.decode())


def test_mail_header_injection_through_an_answer() -> None:
    def answer(field: str) -> str:
        evil = {field: f"{ANSWERS[field]}\r\nBcc: all@example.com"}
        sent = urlencode(ANSWERS | {"consent": "on", "starts_at": "none"} | evil)
        return status_of("/book/", "POST", body=sent.encode(), content_type=FORM, **OURS)

    assert [answer(field) for field in ("name", "email", "role")] == ["422"] * 3
    assert not Message.objects.exists()


# --- What it takes


def test_nul_bytes_in_a_path() -> None:
    paths = ["/\0", "/book/\0", "/calls/\0/", "/\0/book/", "/media/\0", "/static/\0"]

    assert [status_of(path) for path in paths] == ["404"] * 6


def test_nul_bytes_in_a_list_of_the_desk(as_owner: Client) -> None:
    names = ["q", "status__exact", "stage", "tag", "assigned", "e", "p", "o", "month"]

    answers = {as_owner.get(f"/admin/leads/bookingrequest/?{name}=%00").status_code for name in names}

    assert answers <= {200, 302}


def test_too_many_fields() -> None:
    body = b"&".join([b"a=1"] * 1500)
    doors = ["/book/", "/admin/login/", "/count/"]

    answers = [status_of(door, "POST", body=body, content_type=FORM, **OURS) for door in doors]

    assert answers == ["400", "403", "204"]


def test_oversized_body() -> None:
    body = b"a=" + b"x" * 300_000
    doors = ["/book/", "/admin/login/", "/count/"]

    answers = [status_of(door, "POST", body=body, content_type=FORM, **OURS) for door in doors]

    assert answers == ["413", "403", "204"]


def test_length_that_is_a_lie() -> None:
    lies = ["-1", "x", "9" * 5000]

    answers = [
        status_of(door, "POST", body=b"a=1", content_type=FORM, claims={"CONTENT_LENGTH": lie}, **OURS)
        for door in ("/book/", "/count/")
        for lie in lies
    ]

    assert answers == ["400"] * 3 + ["204"] * 3


def test_charset_trick() -> None:
    """Markup in another encoding, for a reader that believes the sender."""
    body = b"name=+ADw-script+AD4-&email=x"
    types = [f"{FORM}; charset={charset}" for charset in ("utf-7", "utf-16", "hex", "iso-2022-jp", "UTF-8 x")]

    replies = [asked("/book/", "POST", body=body, content_type=each, **OURS) for each in types]

    assert {reply.status for reply in replies} == {"400 Bad Request"}
    assert {reply.headers["Content-Type"] for reply in replies} == {"text/plain; charset=utf-8"}
    assert {reply.headers["X-Content-Type-Options"] for reply in replies} == {"nosniff"}


def test_odd_methods() -> None:
    methods = ["TRACE", "CONNECT", "PROPFIND", "DEBUG", "x"]

    replies = [asked("/book/", method, cookie="secret=1") for method in methods]

    assert [reply.status[:3] for reply in replies] == ["405"] * 5
    assert not any(b"secret" in reply.body for reply in replies)
