"""Passkeys in a browser, with a virtual authenticator in place of a finger (W3C WebAuthn Level 3, 11.2)."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from coaching_site.audit.models import Change
from tests.browser.conftest import OpenPage
from tests.browser.doing import sign_in
from tests.browser.looking import sideways_scroll, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def desk(open_page: OpenPage, live_server: LiveServer, owner: User) -> Page:
    """By a host name, for which alone browsers make passkeys."""
    page = open_page("/livez")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": A_FINGER})
    page.goto(live_server.url.replace("127.0.0.1", "localhost") + "/admin/")
    return page


def add_passkey(desk: Page, name: str) -> None:
    desk.wait_for_url("**/admin/")  # With its pictures, too.
    desk.get_by_role("link", name="Your sign-in").click()
    desk.get_by_role("link", name="Add a passkey").click()
    desk.get_by_label("Name").fill(name)
    desk.get_by_role("button", name="Add the passkey").click()


def test_passkey_is_added_and_signs_in_alone(desk: Page) -> None:
    sign_in(desk)
    add_passkey(desk, "Laptop")

    codes = desk.get_by_role("list", name="Recovery codes")
    expect(codes.get_by_role("listitem")).to_have_count(10)
    assert violations(desk) == []
    desk.get_by_role("link", name="Your sign-in").click()
    expect(desk.get_by_text("Laptop")).to_be_visible()

    desk.get_by_role("button", name="Log out").click()
    desk.get_by_role("button", name="Use a passkey instead").click()

    expect(desk.get_by_role("link", name="Your sign-in")).to_be_visible()
    ways = [(change.act, change.by_name) for change in Change.objects.order_by("pk")]
    assert ways == [
        ("signed_in", "owner"),
        ("factor_added", "owner"),
        ("factor_added", "owner"),
        ("signed_out", "owner"),
        ("signed_in", "owner"),
    ]


def test_passkey_is_the_second_step_after_the_password(desk: Page) -> None:
    sign_in(desk)
    add_passkey(desk, "Laptop")
    expect(desk.get_by_role("heading", name="Recovery codes")).to_be_visible()
    desk.get_by_role("button", name="Log out").click()

    sign_in(desk)
    expect(desk.get_by_role("heading", name="Second step")).to_be_visible()
    desk.get_by_role("button", name="Use a passkey").click()

    expect(desk.get_by_role("link", name="Your sign-in")).to_be_visible()


def test_without_scripts_no_button_is_offered_that_can_do_nothing(open_page: OpenPage, owner: User) -> None:
    page = open_page("/admin/login/", scripts=False)

    expect(page.get_by_role("button", name="Use a passkey instead")).to_be_hidden()
    sign_in(page)
    page.goto("/admin/sign-in/passkeys/add/")
    expect(page.get_by_text("This browser makes no passkeys here")).to_be_visible()
    expect(page.get_by_role("button", name="Add the passkey")).to_be_hidden()


PAGES = ["", "sign-in/", "sign-in/app/add/", "sign-in/passkeys/add/", "password_change/", "logout/"]
PAGES += ["audit/change/"]


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_of_signing_in_keep_nobody_out(open_page: OpenPage, owner: User, width: int) -> None:
    page = open_page("/admin/login/", width=width)
    found = {"login/": (violations(page), sideways_scroll(page))}
    sign_in(page)
    change = Change.objects.create(
        by=owner,
        by_name="owner",
        act="changed",
        kind="pages.question",
        object_id="1",
        label="How long?",
        values={"answer": ["An hour.", "Half an hour."]},
    )

    for path in [*PAGES, f"audit/change/{change.pk}/change/", f"auth/user/{owner.pk}/history/"]:
        page.goto(f"/admin/{path}")
        found[path] = (violations(page), sideways_scroll(page))

    assert found == dict.fromkeys(found, ([], 0))
