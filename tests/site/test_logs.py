"""What a log line says, and what it leaves out."""

import json
import logging
import re
import sys
from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from coaching_site import request_id
from coaching_site.logs import JsonFormatter, TextFormatter, masked
from coaching_site.request_id import RequestId
from coaching_site.sentry import without_persons
from tests.leads.factories import submitted


def a_record(message: str, *args: object, error: bool = False) -> logging.LogRecord:
    found = sys.exc_info() if error else None
    record = logging.LogRecord("django.request", logging.ERROR, "views.py", 1, message, args, found)
    record.created = 1_800_000_000.25
    return record


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Internal Server Error: /calls/Xy3_-aZ/", "Internal Server Error: /calls/***/"),
        ("Forbidden: /calls/Xy3_-aZ/cancel/", "Forbidden: /calls/***/cancel/"),
        ("/calendar/Xy3_-aZ.ics", "/calendar/***"),
        ("refused: {'sam.o@example.com': (550, b'no')}", "refused: {'***@example.com': (550, b'no')}"),
        ("Key (email)=(sam@example.com) exists", "Key (email)=(***@example.com) exists"),
        ("GET /x?email=sam%40example.com", "GET /x?email=***@example.com"),
        ("Not Found: /book/", "Not Found: /book/"),
        (
            "duplicate key\nDETAIL:  Key (email, name)=(sam, Samira Haddad) already exists.",
            "duplicate key\nDETAIL: ***",
        ),
        (
            "no\nDETAIL:  Failing row contains (1, Samira, goals\n\nwith a line).\n\n"
            "The above exception was the direct cause of the following exception:\nmore",
            "no\nDETAIL: ***\n\nThe above exception was the direct cause of the following exception:\nmore",
        ),
    ],
)
def test_secrets_and_addresses_are_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_json_line_says_when_where_and_what() -> None:
    line = JsonFormatter().format(a_record("%s: /calls/Xy3/", "Internal Server Error"))

    assert json.loads(line) == {
        "time": "2027-01-15T08:00:00.250+00:00",
        "level": "ERROR",
        "logger": "django.request",
        "message": "Internal Server Error: /calls/***/",
    }


def test_error_is_told_in_the_same_line_and_masked() -> None:
    try:
        raise ValueError("sam@example.com")
    except ValueError:
        line = JsonFormatter().format(a_record("failed", error=True))

    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("ValueError: ***@example.com")


def test_text_line_is_masked_too() -> None:
    line = TextFormatter().format(a_record("Internal Server Error: /calls/Xy3/"))

    assert line.endswith("ERROR django.request: Internal Server Error: /calls/***/")


@pytest.mark.django_db
@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_answer_that_the_database_refused_is_in_no_line(formatter: logging.Formatter) -> None:
    goals = "First.\n\nSecond, and secret."  # Named, because a traceback shows the line that failed.
    try:
        submitted(consent="", goals=goals)
    except IntegrityError:
        record = a_record("failed", error=True)
    line = formatter.format(record)

    assert [word for word in ["Samira", "Second", "samira@"] if word in line] == []
    assert "consent_was_given" in line


def test_every_line_of_a_request_has_its_id(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    lines: list[str] = []

    def answer(request: HttpRequest) -> HttpResponse:
        lines.extend(formatter.format(a_record("here")) for formatter in [JsonFormatter(), TextFormatter()])
        return HttpResponse()

    response = RequestId(answer)(RequestFactory().get("/", headers={"X-Request-ID": "from-the-proxy"}))

    assert json.loads(lines[0])["request_id"] == response["X-Request-ID"] == "from-the-proxy"
    assert lines[1].endswith("ERROR django.request [from-the-proxy]: here")
    assert request_id.current() == ""


@pytest.mark.parametrize(
    ("proxies", "said"),
    [
        (0, "from-the-proxy"),
        (1, "short"),
        (1, "a" * 65),
        (1, "line\nbreak-in-it"),
        (1, "{}<script>"),
        (1, ""),
    ],
)
def test_id_that_is_not_believed_or_not_well_formed_is_made_anew(
    settings: Settings, proxies: int, said: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", HTTP_X_REQUEST_ID=said)

    response = RequestId(lambda request: HttpResponse())(request)

    assert re.fullmatch(r"[0-9a-f]{16}", response["X-Request-ID"])


def test_no_two_requests_have_one_id(client: Client) -> None:
    ids = [client.get("/livez")["X-Request-ID"] for _ in range(2)]

    assert len(set(ids)) == 2


def test_broken_page_tells_its_id_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(raise_request_exception=False)
    monkeypatch.setattr("coaching_site.health.HttpResponse", None)

    response = client.get("/livez")

    assert response.status_code == 500
    assert f"add this: {response['X-Request-ID']}</p>" in response.content.decode()


def test_error_report_names_no_person() -> None:
    event: Any = {
        "level": "error",
        "transaction": "/calls/<slug:token>/",
        "request": {"url": "https://example.com/calls/Xy3/", "headers": {"Referer": "…"}},
        "user": {"ip_address": "192.0.2.1"},
        "exception": {"values": [{"type": "IntegrityError", "value": "not unique\nDETAIL: (Sam, sam@…)"}]},
    }

    assert without_persons(event, {}) == {
        "level": "error",
        "transaction": "/calls/<slug:token>/",
        "exception": {"values": [{"type": "IntegrityError", "value": "not unique"}]},
    }
