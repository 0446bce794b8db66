"""What a prospect typed outlives the moment in which there is no database."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.db import OperationalError, connection
from django.test import Client

from leads.models import BookingRequest
from tests.leads.factories import ANSWERS

TYPED = ANSWERS | {"consent": "on", "starts_at": "none", "goals": 'First & "second"\n<b>third</b>'}


def away(*_: Any) -> Any:
    raise OperationalError("the connection was refused")


def carried(page: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in fields}


def test_form_that_meets_no_database_comes_back_and_can_be_sent_again(visitor: Client) -> None:
    with connection.execute_wrapper(away):
        kept = visitor.post("/book/", TYPED)
    page = kept.content.decode()

    assert (kept.status_code, kept["Retry-After"]) == (503, "30")
    assert "no-store" in kept["Cache-Control"]
    assert "First &amp; &quot;second&quot;<br>&lt;b&gt;third&lt;/b&gt;" in page
    assert all(f"<dd>{ANSWERS[name]}</dd>" in page for name in ["name", "email", "role"])
    assert carried(page) == TYPED

    again = visitor.post("/book/", carried(page))

    assert again.status_code == 303
    assert BookingRequest.objects.get().goals == TYPED["goals"]


def test_what_another_site_sent_is_not_offered_to_be_sent_from_here(visitor: Client) -> None:
    visitor.raise_request_exception = False

    with connection.execute_wrapper(away):
        refused = visitor.post("/book/", TYPED, headers={"Sec-Fetch-Site": "cross-site"})

    assert refused.status_code == 503
    assert carried(refused.content.decode()) == {}


def test_page_of_the_form_says_that_it_is_away(visitor: Client) -> None:
    visitor.raise_request_exception = False

    with connection.execute_wrapper(away):
        answer = visitor.get("/book/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
