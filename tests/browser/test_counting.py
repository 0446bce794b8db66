"""What a browser lets us count, with and without scripts."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Request

from leads.counting.counters import Counters
from pages.models import Brand, LandingPage, Question
from tests.browser.conftest import PATIENCE, OpenPage
from tests.leads.counted import counted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A browser without a head says so, and is not counted.
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


def counts_become(counters: Counters, expected: dict[tuple[str, ...], int]) -> None:
    """A browser sends a hit when it has time for it."""
    patience = time.monotonic() + PATIENCE / 1000
    while (found := counted(counters)) != expected and time.monotonic() < patience:
        time.sleep(0.1)
    assert found == expected


def test_visit_click_and_opened_question_are_counted(open_page: OpenPage, counters: Counters) -> None:
    page = open_page("/?utm_source=Newsletter", user_agent=CHROME)
    home = LandingPage.objects.get(is_home=True)
    first, second = Question.objects.shown_on(home)[:2]

    page.get_by_text(second.question).click()
    page.get_by_text(first.question).click()  # It was open at first, which nobody has done.
    page.get_by_role("banner").get_by_role("link", name=Brand.current().short_call_label).click()
    page.wait_for_url("**/book/**")

    assert page.locator("[name=via]").get_attribute("value") == "newsletter"
    counts_become(
        counters,
        {
            ("visit", home.slug, "newsletter", ""): 1,
            ("question_opened", home.slug, "newsletter", second.anchor): 1,
            ("click", home.slug, "newsletter", "header"): 1,
            ("form_opened", home.slug, "newsletter", "header"): 1,
        },
    )


def test_visit_without_scripts_is_counted_by_a_picture(open_page: OpenPage, counters: Counters) -> None:
    open_page("/?utm_source=Newsletter", scripts=False, user_agent=CHROME)

    slug = LandingPage.objects.get(is_home=True).slug
    counts_become(counters, {("visit", slug, "newsletter", ""): 1})


def test_browser_with_global_privacy_control_sends_nothing(open_page: OpenPage, counters: Counters) -> None:
    page = open_page("/livez", user_agent=CHROME)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {value: true})")
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(request.url)

    page.on("request", note)
    page.goto("/?utm_source=Newsletter")
    page.get_by_role("banner").get_by_role("link", name=Brand.current().short_call_label).hover()

    assert [address for address in sent if "/count/" in address] == []
    assert page.locator("a[href*='via=']").count() == 0
    assert counted(counters) == {}


def test_signal_of_a_browser_is_heeded_without_scripts_too(open_page: OpenPage, counters: Counters) -> None:
    options: dict[str, Any] = {"extra_http_headers": {"Sec-GPC": "1"}, "user_agent": CHROME}

    open_page("/", scripts=False, **options)
    open_page("/book/", scripts=False, **options)

    assert counted(counters) == {}
