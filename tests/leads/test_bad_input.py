"""Whatever is sent to the form: an answer of ours comes back, and nothing of it as markup."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import BookingRequest
from tests.leads.factories import ANSWERS

COMPLETE: dict[str, Any] = ANSWERS | {"consent": "on", "starts_at": "none"}
CARRIED = ["submission", "wording", "shown_zone", "waiting_list", "from", "cta", "utm_source"]
FIELDS = [*COMPLETE, "mail_consent", "show_times", *CARRIED, "unknown"]

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        [
            "\0",
            "0001-01-01T00:00Z",
            "9999-12-31T23:59Z",
            "\x1b[31m",
            "\r\nBcc: all@example.com",
            "{{ form }}{% load x %}",
            "%s %(name)s {0}",
            "' OR 1=1 --",
            "../../etc/passwd",
            "a@localhost",
            "a@" + "ü." * 120 + "de",
            "http://[::1",
            "\ufdfa" * 90,
            "\U0001f469\u200d\U0001f680" * 100,
            "9" * 5000,
            "x" * 200_000,
        ]
    ),
)


@pytest.mark.django_db
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(field=st.sampled_from(FIELDS), value=HOSTILE, is_marked=st.booleans())
def test_hostile_value_is_answered_and_never_becomes_markup(
    visitor: Client, field: str, value: str, is_marked: bool
) -> None:
    text = f"zq<b>{value}</b>\"'zq" if is_marked else value

    response = visitor.post("/book/", COMPLETE | {field: text})

    assert response.status_code in {303, 422} | ({200} if field == "show_times" else set())
    if response.status_code == 303:
        response = visitor.get(response["Location"])
        assert response.status_code == 200
    assert "zq<b>" not in response.content.decode()


@pytest.mark.django_db
@settings(
    max_examples=100,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=500), content_type=st.sampled_from(["urlencoded", "multipart", "octets"]))
def test_arbitrary_bytes_are_answered(visitor: Client, body: bytes, content_type: str) -> None:
    name = {
        "urlencoded": "application/x-www-form-urlencoded",
        "multipart": "multipart/form-data; boundary=b",
        "octets": "application/octet-stream",
    }[content_type]

    response = visitor.generic("POST", "/book/", body, name)

    assert response.status_code in {400, 422}


@pytest.mark.parametrize("field", list(COMPLETE))
def test_an_answer_that_arrives_twice_is_asked_about(visitor: Client, field: str) -> None:
    response = visitor.post("/book/", COMPLETE | {field: [COMPLETE[field], COMPLETE[field]]})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not BookingRequest.objects.exists()


@pytest.mark.parametrize("field", ["name", "email", "role", "wished_time", "goals", "profile_url"])
def test_control_characters_are_refused_beside_their_field(visitor: Client, field: str) -> None:
    response = visitor.post("/book/", COMPLETE | {field: f"{COMPLETE[field]}\0\x07x"})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize("field", ["experience", "direction", "time_zone"])
@pytest.mark.parametrize("value", ["", "nonsense", "\0", "<b>"])
def test_unknown_choice_is_asked_again(visitor: Client, field: str, value: str) -> None:
    response = visitor.post("/book/", COMPLETE | {field: value})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
