"""Signing in: who gets in, with what, and who is kept out."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib import admin
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from coaching_site.audit.models import Change

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def on_https(settings: Settings) -> None:
    settings.HTTPS = True


@pytest.fixture
def secret(owner: User) -> str:
    """The owner's app with codes."""
    secret = str(generate_totp_secret())
    TOTP.activate(owner, secret)
    return secret


def add_app(client: Client) -> Any:
    """On its page. Needs real transactions: what follows the commit still belongs to the request."""
    form = client.get("/admin/sign-in/app/add/").context["form"]
    return client.post("/admin/sign-in/app/add/", {"code": code_of(form.secret)})


def code_of(secret: str, *, step: int = 0) -> str:
    """What the app shows, some steps of half a minute from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def sign_in(client: Client, username: str = "owner", password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, {"login": username, "password": password}, **more)


def is_in(client: Client) -> bool:
    return bool(client.get("/admin/").status_code == 200)


# --- Name and password


def test_owner_signs_in_by_name_and_password(client: Client, owner: User) -> None:
    response = sign_in(client)

    assert (response.status_code, response["Location"]) == (302, "/admin/")
    assert is_in(client)


def test_sign_in_leads_to_the_page_that_was_asked_for(client: Client, owner: User) -> None:
    asked = client.get("/admin/auth/user/")

    response = client.post(
        asked["Location"], {"login": "owner", "password": PASSWORD, "next": "/admin/auth/user/"}
    )

    assert response["Location"] == "/admin/auth/user/"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    r"/\evil.example/",
    "http://localhost/x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_next_leads_nowhere_else(client: Client, owner: User, wanted: str) -> None:
    answers = [client.post(LOGIN, {"login": "owner", "password": PASSWORD, "next": wanted})]
    answers += [client.get(LOGIN, {"next": wanted}), client.post("/admin/logout/", {"next": wanted})]

    assert [answer["Location"] for answer in answers] == ["/admin/", "/admin/", LOGIN]


def test_unknown_name_and_wrong_password_get_the_same_answer(client: Client, owner: User) -> None:
    answers = [sign_in(client, password="wrong password"), sign_in(client, "nobody", "wrong password")]

    texts = [answer.context["form"].errors.as_text() for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert texts[0] == texts[1]
    assert "do not belong together" in texts[0]


def test_unknown_name_costs_the_same_work(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hashing of the password each: time would tell who has an account."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(hasher: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(salt)
        return encode(hasher, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)

    counts = []
    for name in ["owner", "nobody", "owner@example.com", "nobody@example.com"]:
        hashed.clear()
        sign_in(client, name, "wrong password")
        counts.append(len(hashed))

    assert counts == [1, 1, 1, 1]


def test_session_gets_a_new_key_at_sign_in(client: Client, owner: User) -> None:
    """Session fixation: a key that somebody planted before is worth nothing after."""
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    client.cookies["sessionid"] = planted

    sign_in(client)

    assert client.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_session_lasts_twelve_hours_in_a_cookie_that_scripts_cannot_read(client: Client, owner: User) -> None:
    sign_in(client)

    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (12 * 3600, True, "Lax")


def test_other_sessions_end_when_the_password_changes(client: Client, owner: User) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    new = "another horse battery"

    answer = client.post(
        "/admin/password_change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert answer["Location"] == "/admin/sign-in/"
    assert (is_in(client), is_in(other)) == (True, False)
    assert Change.objects.filter(act="password_changed", by=owner).exists()


def test_leaving_ends_the_session(client: Client, owner: User) -> None:
    sign_in(client)

    assert client.post("/admin/logout/")["Location"] == LOGIN
    assert not is_in(client)


def test_account_that_is_no_staff_hears_so_and_can_leave(client: Client) -> None:
    User.objects.create_user("reader", password=PASSWORD)
    sign_in(client, "reader")

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "no place at this desk" in response.content.decode()
    assert 'action="/admin/logout/"' in response.content.decode()


def test_nobody_signs_up_or_asks_for_a_password_by_mail() -> None:
    names = set(get_resolver().reverse_dict)

    assert {"account_login", "mfa_index"} <= names
    assert not {
        name for name in names if isinstance(name, str) and ("signup" in name or "reset_password" in name)
    }


# --- Limits


def tries(client: Client, count: int, username: str = "owner", **more: Any) -> Any:
    return [sign_in(client, username, "wrong password", **more) for _ in range(count)][-1]


def says_too_many(response: Any) -> bool:
    return response.status_code == 429 or "Too many attempts" in response.content.decode()


def test_an_address_that_fails_too_often_is_stopped_even_with_the_right_password(
    client: Client, owner: User
) -> None:
    assert not says_too_many(tries(client, 10))
    assert says_too_many(tries(client, 1))
    assert says_too_many(sign_in(client))
    assert not is_in(client)


def test_who_comes_from_elsewhere_still_gets_in(client: Client, owner: User, editor: User) -> None:
    """Also into the very account that was tried: guessing must not lock its owner out."""
    tries(client, 12)

    elsewhere = [Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")]
    for client, name in zip(elsewhere, ["editors", "owner"], strict=True):
        sign_in(client, name)

    assert [is_in(client) for client in elsewhere] == [True, True]


def test_an_account_that_many_addresses_try_is_stopped_too(owner: User) -> None:
    for number in range(10):
        tries(Client(REMOTE_ADDR=f"192.0.2.{number}"), 10)

    assert says_too_many(sign_in(Client(REMOTE_ADDR="198.51.100.1")))


def test_addresses_are_counted_from_the_right_of_what_trusted_proxies_say(
    owner: User, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    forged = Client(headers={"x-forwarded-for": "203.0.113.1, 192.0.2.7"})
    tries(forged, 11)

    other_lie = Client(headers={"x-forwarded-for": "203.0.113.99, 192.0.2.7"})
    other_address = Client(headers={"x-forwarded-for": "203.0.113.1, 192.0.2.8"})

    assert says_too_many(sign_in(other_lie))
    sign_in(other_address)
    assert is_in(other_address)


def test_without_trusted_proxies_no_header_names_the_address(owner: User) -> None:
    tries(Client(headers={"x-forwarded-for": "203.0.113.1"}), 11)

    assert says_too_many(sign_in(Client(headers={"x-forwarded-for": "203.0.113.2"})))


def test_attempts_are_counted_where_all_processes_see_them(settings: Settings) -> None:
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"
    cache.set("attempts", [1.5], 60)
    assert cache.add("lock", True) is True
    assert cache.add("lock", True) is False
    assert cache.get("attempts") == [1.5]


def test_codes_are_limited_too(client: Client, owner: User, secret: str) -> None:
    sign_in(client)

    answers = [client.post("/admin/login/code/", {"code": "000000"}) for _ in range(11)]

    assert says_too_many(answers[-1])
    assert not is_in(client)


# --- The second factor


def test_password_alone_does_not_do_where_there_is_a_second_factor(
    client: Client, owner: User, secret: str
) -> None:
    assert sign_in(client)["Location"] == "/admin/login/code/"
    assert not is_in(client)

    assert client.post("/admin/login/code/", {"code": code_of(secret)})["Location"] == "/admin/"
    assert is_in(client)


def test_a_code_counts_once(owner: User, secret: str) -> None:
    code, clients = code_of(secret), [Client(), Client()]
    for client in clients:
        sign_in(client)
        client.post("/admin/login/code/", {"code": code})

    assert [is_in(client) for client in clients] == [True, False]


def test_a_recovery_code_stands_in_once(owner: User, secret: str) -> None:
    code = RecoveryCodes.activate(owner).generate_codes()[0]
    clients = [Client(), Client()]
    for client in clients:
        sign_in(client)
        client.post("/admin/login/code/", {"code": code})

    assert [is_in(client) for client in clients] == [True, False]


def test_on_https_who_has_no_second_factor_is_led_to_add_one(
    client: Client, owner: User, on_https: None
) -> None:
    sign_in(client)

    page = client.get("/admin/auth/user/", follow=True)

    assert page.redirect_chain[-1] == ("/admin/sign-in/", 302)
    assert "The desk opens when you have added a second step" in page.content.decode()


@pytest.mark.django_db(transaction=True)
def test_on_https_the_desk_opens_when_it_is_added(client: Client, owner: User, on_https: None) -> None:
    sign_in(client)

    added = add_app(client)

    assert added["Location"] == "/admin/sign-in/codes/"
    assert len(client.get("/admin/sign-in/codes/").context["unused_codes"]) == 10
    assert is_in(client)
    acts = Change.objects.filter(act="factor_added").order_by("pk")
    assert [change.values["how"][1] for change in acts] == ["app with codes", "recovery codes"]


def addresses(patterns: list[Any], under: str) -> Iterator[str]:
    """Every address below, with 1 for whatever stands in it; not Django's redirects from guessed ones."""
    for pattern in patterns:
        address = under + re.sub("<[^>]+>", "1", str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, address)
        elif "^" not in address and "(?P" not in address:
            yield address


def test_on_https_no_page_of_the_desk_opens_before(client: Client, owner: User, on_https: None) -> None:
    sign_in(client)
    own = ("/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/jsi18n/")
    of_the_desk = [url for url in addresses(admin.site.get_urls(), "/admin/") if not url.startswith(own)]

    answers = {url: client.get(url) for url in of_the_desk}
    answers |= {url: client.post(url) for url, answer in answers.items() if answer.status_code == 405}

    assert len(answers) > 100
    led_to = {url: answer.headers.get("Location", "nowhere") for url, answer in answers.items()}
    assert {url: to for url, to in led_to.items() if not to.startswith(LOGIN)} == {}


@pytest.mark.django_db(transaction=True)
def test_session_by_password_alone_gains_nothing_by_a_factor_added_elsewhere(
    owner: User, on_https: None
) -> None:
    thief, real = Client(), Client()
    sign_in(thief)
    sign_in(real)
    add_app(real)

    assert (is_in(real), is_in(thief)) == (True, False)
    assert thief.get("/admin/sign-in/")["Location"].startswith(LOGIN)


def test_session_from_before_must_show_the_factor_and_cannot_remove_it(
    client: Client, owner: User, on_https: None
) -> None:
    sign_in(client)
    TOTP.activate(owner, secret := str(generate_totp_secret()))

    door = client.get("/admin/", follow=True)
    removal = client.post("/admin/sign-in/app/remove/")
    by_password = client.post("/admin/sign-in/confirm/password/", {"password": PASSWORD})

    assert door.redirect_chain[-1][0].startswith("/admin/sign-in/confirm/code/")
    assert removal["Location"].startswith("/admin/sign-in/confirm/code/")
    assert by_password["Location"].startswith("/admin/sign-in/confirm/code/")
    assert Authenticator.objects.filter(user=owner).exists()
    client.post("/admin/sign-in/confirm/code/", {"code": code_of(secret), "next": "/admin/"})
    assert is_in(client)


def test_changes_are_confirmed_when_the_sign_in_was_long_ago(client: Client, owner: User) -> None:
    sign_in(client)
    session = client.session
    session["account_authentication_methods"][0]["at"] -= 3600
    session.save()

    asked = client.get("/admin/sign-in/app/add/")
    confirmed = client.post(
        "/admin/sign-in/confirm/password/", {"password": PASSWORD, "next": "/admin/sign-in/app/add/"}
    )

    assert asked["Location"].startswith("/admin/sign-in/confirm/password/")
    assert confirmed["Location"] == "/admin/sign-in/app/add/"
    assert client.get("/admin/sign-in/app/add/").status_code == 200


def test_removing_the_last_factor_closes_the_desk_on_https(
    client: Client, owner: User, secret: str, on_https: None
) -> None:
    sign_in(client)
    client.post("/admin/login/code/", {"code": code_of(secret)})

    client.post("/admin/sign-in/app/remove/")

    assert not is_in(client)
    assert Change.objects.filter(act="factor_removed", by=owner).exists()


def test_owner_takes_a_lost_factor_away_from_the_command_line(
    client: Client, owner: User, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(client)
    client.post("/admin/login/code/", {"code": code_of(secret)})

    call_command("reset_second_factor", "owner")

    assert "signs in by password alone now" in capsys.readouterr().out
    assert not is_in(client)
    assert sign_in(client)["Location"] == "/admin/"
    change = Change.objects.get(act="factor_removed")
    assert (change.by, change.by_name, change.label) == (None, "the command line", "owner")


def test_command_line_says_when_there_is_no_such_account() -> None:
    with pytest.raises(CommandError, match="There is no account “nobody”"):
        call_command("reset_second_factor", "nobody")


def test_failed_attempts_are_recorded_without_what_was_typed(
    client: Client, owner: User, secret: str
) -> None:
    sign_in(client, "owner", "hunter two")
    sign_in(client, "my secret password in the wrong field", "x")
    sign_in(client)
    client.post("/admin/login/code/", {"code": "123456"})

    failed = Change.objects.filter(act="not_signed_in").order_by("pk")
    assert [(change.by_name, change.values["how"][1]) for change in failed] == [
        ("owner", "password"),
        ("owner", "second factor"),
    ]


# --- What the pages carry

PAGES = [
    "/admin/sign-in/",
    "/admin/sign-in/app/add/",
    "/admin/sign-in/passkeys/add/",
    "/admin/password_change/",
]


@pytest.mark.parametrize("url", [LOGIN, *PAGES])
def test_pages_of_signing_in_keep_the_policy(owner: User, url: str) -> None:
    client = Client()
    if url != LOGIN:
        sign_in(client)

    response = client.get(url)
    page = response.content.decode()

    assert response.status_code == 200
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Frame-Options"] == "DENY"
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=")
    assert "css/sign-in.css" in page


@pytest.mark.parametrize("url", ["/book/", "/livez"])
def test_public_pages_touch_no_session(client: Client, url: str) -> None:
    response = client.get(url)

    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")
    assert not hasattr(response.wsgi_request, "allauth")


def test_secrets_of_second_factors_are_no_part_of_the_desk(as_owner: Client) -> None:
    urls = ["/admin/mfa/authenticator/", "/admin/account/emailaddress/"]

    assert [as_owner.get(url).status_code for url in urls] == [404, 404]
