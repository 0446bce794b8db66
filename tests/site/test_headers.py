import pytest
from django.test import Client
from pytest_django import Settings


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    response = client.get("/livez")

    assert {name: response.headers.get(name) for name in EXPECTED} == EXPECTED


EXPECTED = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'"
    ),
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def test_redirect_to_https_carries_them_too(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "example.com"

    response = client.get("/book/")

    assert (response.status_code, response["Location"]) == (301, "https://example.com/book/")
    assert response["Content-Security-Policy"] == EXPECTED["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.django_db
def test_monitor_on_this_machine_needs_no_https(client: Client, settings: Settings, path: str) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "example.com"

    response = client.get(path, headers={"host": "127.0.0.1:8000"})

    assert response.status_code in {200, 503}


def test_foreign_host_is_refused(client: Client) -> None:
    assert client.get("/book/", headers={"host": "evil.example"}).status_code == 400
