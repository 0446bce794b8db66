"""What a first visit waits for before anything shows: the landing page, its stylesheets, and their headers.

A new connection may send ten packets of 1,460 bytes before the server must wait for an answer (RFC 6928),
so a page that fits in them shows after one round trip.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from coaching_site.settings import STORAGES
from coaching_site.static_files import collect_static_files
from pages.delivery.front import DeliveryFront
from tests.wsgi import Reply, ask

TEN_PACKETS = 14_600

STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
BY_GUNICORN = "Server: gunicorn\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nConnection: keep-alive\r\n"


@pytest.fixture
def public_site(db: None, settings: Settings, tmp_path: Path) -> Client:
    """The starter page behind the whole stack, with static files as an owner has them, over HTTPS."""
    settings.STATIC_ROOT, settings.STORAGES, settings.WHITENOISE_AUTOREFRESH = tmp_path, STORAGES, False
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # without the desk
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    call_command("load_starter_page", verbosity=0)
    collect_static_files()
    return Client(headers={"Accept-Encoding": "br", "Host": "127.0.0.1"})


def test_landing_page_and_its_styles_fit_in_the_first_round_trip(public_site: Client) -> None:
    front = DeliveryFront(WSGIHandler())

    def landing_page(encoding: str) -> Reply:
        return ask(front, host="127.0.0.1", scheme="https", accept_encoding=encoding)

    addresses = STYLESHEET.findall(landing_page("").body.decode())
    front.settle()
    page = landing_page("br")
    styles = [public_site.get(address, secure=True) for address in addresses]

    weights = [_weight(page.headers, page.body)]
    weights += [_weight(style.headers, b"".join(style)) for style in styles]
    encodings = [page.headers["Content-Encoding"], *(style["Content-Encoding"] for style in styles)]
    assert encodings == ["br"] * 4
    assert sum(weights) <= TEN_PACKETS


def _weight(headers: Mapping[str, str], body: bytes) -> int:
    """How many bytes leave the server: status line, headers, an empty line, content."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return len(f"HTTP/1.1 200 OK\r\n{BY_GUNICORN}{lines}\r\n") + len(body)


def test_static_file_carries_only_the_headers_that_it_needs(public_site: Client) -> None:
    address = STYLESHEET.findall(public_site.get("/").text)[0]

    answer = public_site.get(address)
    headers = dict(answer.headers)
    answer.close()

    assert headers.pop("Last-Modified")
    assert headers.pop("ETag")
    assert headers.pop("Content-Length")
    assert headers == {
        "Cache-Control": "max-age=315360000, public, immutable",
        "Content-Encoding": "br",
        "Content-Type": 'text/css; charset="utf-8"',
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.django_db
def test_booking_form_travels_light(client: Client) -> None:
    answer = client.get("/book/", headers={"Accept-Encoding": "gzip, br"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < TEN_PACKETS
