"""How a public page leaves: small, and asked for again without being sent again."""

import gzip

import brotli
import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from pages.delivery import delivered, preferred_encoding

PAGE = "<p>" + "a page " * 200


@delivered
def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


def ask(**headers: str) -> HttpResponseBase:
    return show(RequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.5", "br"),
        ("br;q=0, gzip;q=0", ""),
        ("*", "br"),
        ("br;q=0, *;q=0.1", "gzip"),
        ("identity", ""),
        ("br;q=soon", ""),
        ("br;q=", ""),
        ("broken", ""),
        (",,;;,", ""),
    ],
)
def test_encoding_is_the_one_that_the_browser_likes_best(accepted: str, encoding: str) -> None:
    assert preferred_encoding(accepted) == encoding


def test_page_is_the_same_in_every_encoding() -> None:
    plain, small, smallest = ask(), ask(accept_encoding="gzip"), ask(accept_encoding="br")

    assert isinstance(plain, HttpResponse)
    assert isinstance(small, HttpResponse)
    assert isinstance(smallest, HttpResponse)
    assert plain.content.decode() == PAGE
    assert gzip.decompress(small.content).decode() == PAGE
    assert brotli.decompress(smallest.content).decode() == PAGE
    assert len({plain["ETag"], small["ETag"], smallest["ETag"]}) == 3


def test_any_cache_may_keep_the_page_and_asks_back_each_time() -> None:
    response = ask(accept_encoding="br")

    assert {name: response[name] for name in ("Cache-Control", "Vary", "Content-Encoding")} == {
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "Content-Encoding": "br",
    }


def test_unchanged_page_is_not_sent_again() -> None:
    etag = ask(accept_encoding="br")["ETag"]

    again = ask(accept_encoding="br", if_none_match=etag)

    assert again.status_code == 304
    assert isinstance(again, HttpResponse)
    assert again.content == b""
    assert {name: again[name] for name in ("ETag", "Vary", "Cache-Control")} == {
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "Cache-Control": "no-cache",
    }


def test_another_encoding_is_another_answer() -> None:
    etag = ask(accept_encoding="br")["ETag"]

    assert ask(accept_encoding="gzip", if_none_match=etag).status_code == 200
