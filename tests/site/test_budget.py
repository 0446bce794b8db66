"""What a first visit waits for before anything shows: the landing page, its stylesheets, and their headers.

A new connection may send ten packets of 1,460 bytes before the server must wait for an answer (RFC 6928),
so a page that fits in them shows after one round trip.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.http.response import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from coaching_site.settings import STORAGES
from coaching_site.static_files import collect_static_files

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
    page = public_site.get("/", secure=True)
    addresses = STYLESHEET.findall(public_site.get("/", secure=True, headers={"Accept-Encoding": ""}).text)
    styles = [public_site.get(address, secure=True) for address in addresses]

    assert [answer.headers["Content-Encoding"] for answer in [page, *styles]] == ["br"] * 4
    assert sum(weight(answer) for answer in [page, *styles]) <= TEN_PACKETS


def weight(response: HttpResponseBase) -> int:
    """How many bytes leave the server: status line, headers, an empty line, content."""
    head = f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n{BY_GUNICORN}"
    headers = response.serialize_headers()
    return len(head) + len(headers) + len(b"\r\n\r\n") + len(b"".join(response))


def test_static_file_carries_only_the_headers_that_it_needs(public_site: Client) -> None:
    address = STYLESHEET.findall(public_site.get("/", headers={"Accept-Encoding": ""}).text)[0]

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
