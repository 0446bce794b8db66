"""What the browser tests share: the browser, pages in it that bear no trouble, and the starter site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright
from pytest_django.live_server_helper import LiveServer

PATIENCE = 20_000
"""In milliseconds: other people's machines are slower than ours."""


class OpenPage(Protocol):
    def __call__(self, path: str, *, width: int = 1280, scripts: bool = True, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright's event loop runs in the thread of the tests, where Django would refuse its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, starter_site: None, live_server: LiveServer) -> Iterator[OpenPage]:
    """Opens a page as a new visitor. Whatever the browser complains of in it fails the test."""
    complaints: list[str] = []

    def open_page(path: str, *, width: int = 1280, scripts: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            **{"locale": "en-GB", "timezone_id": "Europe/Amsterdam", "reduced_motion": "reduce"} | options,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        _listen(page, complaints)
        page.goto(path)
        return page

    yield open_page
    for context in chromium.contexts:
        context.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    """Notes errors of scripts, breaches of the security policy, and what could not be loaded."""

    def on_console(message: ConsoleMessage) -> None:
        # What fails to load is noted below, with its address.
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            complaints.append(f"{page.url}: {message.text}")

    def on_response(response: Response) -> None:
        # A form that needs a correction answers 409 or 422, and a missing page 404: the tests look at those.
        refused = response.status >= (500 if response.request.is_navigation_request() else 400)
        if refused:
            complaints.append(f"{page.url}: {response.status} for {response.url}")

    def on_request_failed(request: Request) -> None:
        # A download is a navigation that the browser gives up in favour of a file; and what a page still
        # loads when it is left is aborted.
        if not request.is_navigation_request() and request.failure != "net::ERR_ABORTED":
            complaints.append(f"{page.url}: {request.failure} for {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("response", on_response)
    page.on("requestfailed", on_request_failed)


@pytest.fixture
def starter_site(transactional_db: None) -> None:
    """The site as an owner finds it after the first start."""
    call_command("load_starter_page", verbosity=0)


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_superuser("owner", "owner@example.com", "correct horse battery")
