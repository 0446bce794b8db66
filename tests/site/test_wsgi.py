from __future__ import annotations

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from coaching_site.wsgi import application

# The application closes connections that are old, also those that other tests left behind.
pytestmark = pytest.mark.django_db


def status_of(content_type: str) -> str:
    environ: dict[str, Any] = {"CONTENT_TYPE": content_type, "PATH_INFO": "/livez", "QUERY_STRING": "a=b"}
    setup_testing_defaults(environ)
    answered: list[str] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        answered.append(status)

    list(application(environ, start_response))
    return answered[0]


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/html; charset=utf-8", 'text/html; charset="UTF-8"', "a/b; charset=utf8; x=y"],
)
def test_what_browsers_send_is_answered(content_type: str) -> None:
    assert status_of(content_type) == "200 OK"


@pytest.mark.parametrize(
    "content_type", ["a/b; charset=hex", "a/b; charset=rot13; x=y", "a/b;charset= latin-1"]
)
def test_a_codec_that_is_not_utf_8_is_refused_before_django_decodes_with_it(content_type: str) -> None:
    assert status_of(content_type) == "400 Bad Request"
