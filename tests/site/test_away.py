"""What a visitor reads while the database is away. `python -m bench away` shows it behind nginx."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from django.urls import get_resolver


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
