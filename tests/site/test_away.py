"""What a visitor reads while the database is away. `python -m bench away` shows it behind nginx."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver

from coaching_site import environment
from tests.servers import HOST, free_port


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [(OperationalError(), 503, "30"), (InterfaceError(), 503, "30"), (ValueError(), 500, None)],
)
def test_only_a_database_that_is_away_is_said_to_come_back_soon(
    error: Exception, status: int, retry_after: str | None
) -> None:
    answer = get_resolver().resolve_error_handler(500)
    try:
        raise error
    except Exception:
        response = answer(RequestFactory().get("/book/"))

    assert (response.status_code, response.get("Retry-After")) == (status, retry_after)
    assert "no-store" in response["Cache-Control"]
    assert "Please try again" in response.content.decode()


@contextmanager
def nobody() -> Iterator[int]:
    yield free_port()


@contextmanager
def redis_that_refuses() -> Iterator[int]:
    """As Redis answers whoever comes from elsewhere or without its password."""

    class Refusal(StreamRequestHandler):
        def handle(self) -> None:
            while self.connection.recv(1024):
                self.wfile.write(b"-DENIED Redis is running in protected mode.\r\n")

    with ThreadingTCPServer((HOST, 0), Refusal) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.django_db
@pytest.mark.parametrize("redis", [nobody, redis_that_refuses])
def test_nobody_signs_in_uncounted_while_redis_does_not_serve(
    redis: Callable[[], AbstractContextManager[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_superuser("owner", password="right")
    visitor = Client(raise_request_exception=False)
    form = {"login": "owner", "password": "right"}

    with redis() as port:
        monkeypatch.setenv("CACHE_URL", f"redis://{HOST}:{port}/0")
        with override_settings(CACHES={"default": environment.cache("CACHE_URL")}):
            refused = visitor.post("/admin/login/", form)
            caches["default"].close()
    welcome = visitor.post("/admin/login/", form)

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert (welcome.status_code, welcome["Location"]) == (302, "/admin/")
