"""Every page, public or of the desk, by the rules of the HTTP Observatory; and what costs points there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.security.observatory import Seen, score
from tests.security.world import World, asked, built
from tests.wsgi import Reply

HOST = "coach.example"
GOOD = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}
INLINE_STYLES = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'"


@pytest.fixture
def on_https(settings: Settings, tmp_path: Path) -> None:
    """As SITE_URL=https://… sets it."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = f"https://{HOST}", [HOST, "127.0.0.1"]
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_HOST = 365 * 24 * 3600, HOST
    settings.CSRF_TRUSTED_ORIGINS = [f"https://{HOST}"]
    settings.PUBLISHED_DIR, settings.MEDIA_ROOT = tmp_path / "published", tmp_path / "media"


@pytest.fixture
def world(db: None, settings: Settings) -> World:
    """Built over plain http, like a site that moves; what is asked of it is asked over https."""
    return built(scheme="https", host=HOST)


def seen(reply: Reply) -> Seen:
    cookies = [value for name, value in reply.headers.items() if name == "Set-Cookie"]
    return Seen(reply.headers, cookies, reply.body.decode(errors="replace"))


def documents(paths: list[str], **headers: str) -> dict[str, Reply]:
    """What is no file: those are for pages that have graded headers of their own."""
    replies = {path: asked(path, host=HOST, scheme="https", **headers) for path in paths}
    return {path: reply for path, reply in replies.items() if not path.startswith(("/static/", "/media/"))}


@pytest.mark.usefixtures("on_https")
def test_every_public_page_scores_a_hundred_or_more(world: World) -> None:
    replies = documents(world.public)

    assert {path: score(seen(reply)) for path, reply in replies.items() if score(seen(reply)) < 140} == {}
    assert len(replies) > 20


@pytest.mark.usefixtures("on_https")
def test_every_page_of_the_desk_scores_a_hundred_or_more(world: World) -> None:
    own = ["", "codes/", "app/add/", "app/remove/", "passkeys/add/", "confirm/code/", "confirm/passkey/"]
    paths = [*world.desk, *(f"/admin/sign-in/{path}" for path in own), "/admin/password_change/"]
    paths = [path for path in paths if not path.startswith(("/admin/login", "/admin/logout"))]

    replies = documents(paths, cookie=world.cookies)

    assert {path: score(seen(reply)) for path, reply in replies.items() if score(seen(reply)) < 140} == {}
    assert sum(reply.status.startswith("200") for reply in replies.values()) > 80


@pytest.mark.usefixtures("on_https")
def test_every_refusal_scores_a_hundred_or_more(world: World) -> None:
    form = "application/x-www-form-urlencoded"

    def refused(path: str = "/book/", method: str = "POST", **more: object) -> Reply:
        return asked(path, method, **({"host": HOST, "scheme": "https"} | more))

    replies = [
        refused(method="GET", host="evil.example"),
        refused(body=b"name=x", content_type=form, origin="https://evil.example"),
        refused(body=b"a=" + b"x" * 300_000, content_type=form, origin=f"https://{HOST}"),
        refused("/admin/login/", body=b"login=x", content_type=form),
        refused(method="PUT"),
        refused("/no-such-page/", "GET"),
        refused("/", "GET", scheme="http"),
    ]

    assert [reply.status[:3] for reply in replies] == ["400", "403", "413", "403", "405", "404", "301"]
    # Over http nothing is bound to https: browsers must not heed it there (RFC 6797, 8.1).
    assert [score(seen(reply)) >= 100 for reply in replies[:-1]] == [True] * 6


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        ({}, 150),
        ({"Content-Security-Policy": ""}, 55),
        ({"Content-Security-Policy": INLINE_STYLES}, 140),
        ({"Content-Security-Policy": "default-src 'self'; script-src 'unsafe-inline'"}, 60),
        ({"Content-Security-Policy": "default-src 'self' 'unsafe-eval'; frame-ancestors 'none'"}, 130),
        ({"Cross-Origin-Embedder-Policy": "unsafe-none"}, 140),
        ({"Referrer-Policy": "unsafe-url"}, 140),
        ({"Strict-Transport-Security": ""}, 80),
        ({"Strict-Transport-Security": "max-age=60"}, 140),
        ({"X-Content-Type-Options": ""}, 145),
        ({"Access-Control-Allow-Origin": "*"}, 50),
    ],
)
def test_what_is_missing_costs_points(changes: dict[str, str], points: int) -> None:
    headers = {name: value for name, value in (GOOD | changes).items() if value}

    assert score(Seen(headers)) == points


@pytest.mark.parametrize(
    ("cookie", "points"),
    [
        ("sessionid=a; Secure; HttpOnly; SameSite=Lax", 155),
        ("sessionid=a; Secure; SameSite=Lax", 70),
        ("sessionid=a; HttpOnly; SameSite=Lax", 145),
        ("csrftoken=a; Secure; HttpOnly", 80),
    ],
)
def test_careless_cookie_costs_points(cookie: str, points: int) -> None:
    assert score(Seen(GOOD, [cookie])) == points


@pytest.mark.parametrize(
    ("script", "points"),
    [
        ('<script src="/static/a.js"></script>', 150),
        ('<script src="https://cdn.example/a.js"></script>', 145),
        ('<script src="http://cdn.example/a.js"></script>', 50),
    ],
)
def test_script_of_another_host_costs_points(script: str, points: int) -> None:
    assert score(Seen(GOOD, html=script)) == points
