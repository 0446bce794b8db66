"""Who may send a form, and what is read at all."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from leads.guard import cookieless_form, is_from_this_site
from leads.models import BookingRequest
from tests.leads.factories import ANSWERS

URLENCODED = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://coach.example"
    settings.ALLOWED_HOSTS = ["coach.example", "127.0.0.1"]


@pytest.mark.parametrize(
    ("headers", "is_ours"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://coach.example"}, False),
        ({"Origin": "https://coach.example"}, True),
        ({"Origin": "https://coach.example:443"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "http://coach.example"}, False),
        ({"Origin": "https://coach.example.evil.example"}, False),
        ({"Origin": "https://coach.example:8443"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Referer": "https://coach.example/book/"}, False),
        ({"Origin": "http://[broken"}, False),
        ({"Referer": "https://coach.example/book/"}, True),
        ({"Referer": "https://evil.example/?https://coach.example/"}, False),
        ({"Referer": "https://coach.example@evil.example/"}, False),
        ({}, False),
    ],
)
def test_first_header_that_is_there_decides(headers: dict[str, str], is_ours: bool) -> None:
    request = RequestFactory().post("/book/", headers={"Host": "127.0.0.1:8000", **headers})

    assert is_from_this_site(request) is is_ours


@pytest.mark.django_db
def test_a_view_without_a_refusal_of_its_own_shows_a_page_that_says_what_to_do() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError("must not be reached")

    response = cookieless_form()(view)(RequestFactory().post("/", headers={"Host": "127.0.0.1"}))

    assert response.status_code == 403
    assert "Nothing was sent." in response.content.decode()


def test_a_foreign_form_is_shown_again_without_its_consent_and_stores_nothing(visitor: Client) -> None:
    sent = ANSWERS | {"consent": "on", "mail_consent": "on"}

    response = visitor.post("/book/", sent, headers={"Sec-Fetch-Site": "cross-site"})

    page = response.content.decode()
    assert response.status_code == 403
    assert not BookingRequest.objects.exists()
    assert "This form did not come from our own page" in page
    assert 'value="Samira Haddad"' in page
    assert 'id="consent"' in page
    assert 'type="checkbox" name="consent" checked' not in page.replace("\n", " ")
    assert "checked" not in page.partition('id="goals"')[2]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"name=" + b"a" * 1_000_000, URLENCODED, 413),
        (b"a=1&" * 1001, URLENCODED, 400),
        (b"name=%ff%fe&email=%", URLENCODED, 422),
        (b"name=a", URLENCODED + "; charset=utf-16", 400),
        (b"name=%41", URLENCODED + "; charset=hex", 400),
        (b"name=%41", URLENCODED + "; charset=no-such-thing", 422),
        (b'{"name": "a"}', "application/json", 422),
        (b"", "", 422),
        (b"nonsense", "multipart/form-data", 400),
        (b"nonsense", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nContent-Disposition: form-data; name", "multipart/form-data; boundary=x", 422),
    ],
)
def test_what_is_no_form_of_ours_gets_a_page_and_no_failure(
    visitor: Client, body: bytes, content_type: str, status: int
) -> None:
    response = visitor.generic("POST", "/book/", body, content_type)

    assert response.status_code == status
    assert "<h1" in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_a_file_larger_than_any_form_is_refused_before_it_is_read(visitor: Client) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="name"; filename="a"\r\n\r\n' + b"a" * 300_000

    response = visitor.generic("POST", "/book/", part + b"\r\n--x--\r\n", "multipart/form-data; boundary=x")

    assert response.status_code == 413
    assert "shorten your answers" in response.content.decode()


@pytest.mark.parametrize(
    "extra", [{"CONTENT_TYPE": "text/plain; charset=utf-16"}, {"CONTENT_LENGTH": "many"}]
)
def test_odd_headers_of_a_reader_do_not_fail(visitor: Client, extra: dict[str, Any]) -> None:
    response = visitor.get("/book/?utm_source=%41", **extra)

    assert response.status_code == 400


def test_too_many_parameters_of_an_address_are_refused(visitor: Client) -> None:
    assert visitor.get("/book/?" + "a=1&" * 1001).status_code == 400
