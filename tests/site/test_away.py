"""What a visitor reads while the database is away. `python -m bench away` shows it behind nginx."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError
from django.test import Client, RequestFactory, override_settings
from django.urls import get_resolver

from coaching_site import environment
from tests.servers import free_port


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


@pytest.mark.django_db
def test_nobody_signs_in_uncounted_while_redis_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", f"redis://127.0.0.1:{free_port()}/0")
    User.objects.create_superuser("owner", password="right")
    visitor = Client(raise_request_exception=False)
    form = {"login": "owner", "password": "right"}

    with override_settings(CACHES={"default": environment.cache("CACHE_URL")}):
        refused = visitor.post("/admin/login/", form)
    welcome = visitor.post("/admin/login/", form)

    assert (refused.status_code, refused["Retry-After"]) == (503, "30")
    assert (welcome.status_code, welcome["Location"]) == (302, "/admin/")
