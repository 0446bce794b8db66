"""What a log line says, and what it leaves out."""

import json
import logging
import sys
from typing import Any

import pytest

from coaching_site.logs import JsonFormatter, TextFormatter, masked
from coaching_site.sentry import without_persons


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
        ("Not Found: /book/", "Not Found: /book/"),
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
