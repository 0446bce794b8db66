"""The shipped nginx configuration serves published pages itself, so it repeats what the application says."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from coaching_site import gunicorn_config
from pages.delivery.front import DeliveryFront
from pages.starter import load_pages
from tests.wsgi import ask

CONFIGURATION = Path(settings.BASE_DIR, "deploy", "nginx.conf").read_text()
# What depends on the bytes: nginx reckons them from the file.
OF_THE_FILE = {"Content-Type", "Content-Length", "ETag", "Vary"}
OF_THE_REQUEST = {"X-Request-ID"}


def headers_in(location: str) -> dict[str, str]:
    block = re.search(rf"location {re.escape(location)} \{{(.*?)\n    \}}", CONFIGURATION, re.S)
    assert block
    return dict(re.findall(r'add_header ([A-Za-z-]+) "([^"]+)" always;', block[1]))


@pytest.mark.django_db
@override_settings(SECURE_HSTS_SECONDS=365 * 24 * 3600)  # as of an https site
def test_published_file_leaves_nginx_with_the_headers_of_the_page() -> None:
    load_pages()

    page = ask(DeliveryFront(WSGIHandler()), "/", scheme="https", host="127.0.0.1")

    said = {name: value for name, value in page.headers.items() if name not in OF_THE_FILE | OF_THE_REQUEST}
    assert headers_in("/") == said


def test_static_file_leaves_nginx_with_the_headers_that_the_application_gives_it() -> None:
    assert headers_in("/static/") == {
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def test_nginx_lets_go_of_a_connection_before_gunicorn_closes_it() -> None:
    kept = re.search(r"keepalive_timeout (\d+)s;", CONFIGURATION)

    assert kept
    assert int(kept[1]) < gunicorn_config.keepalive
