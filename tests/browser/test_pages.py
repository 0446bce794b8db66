"""How pages look to different eyes: narrow and wide, enlarged, in forced colours, at rest, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.finders import get_finders
from django.utils import timezone
from playwright.sync_api import Page, expect

from coaching_site.static_files import minified
from leads.models import BookingRequest, Status, WeeklyHours
from leads.open_times import open_times
from pages.models import Brand, LandingPage, Question
from tests.browser.conftest import OpenPage
from tests.browser.doing import sign_in
from tests.browser.looking import sideways_scroll, violations
from tests.leads.factories import submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [320, 360, 768, 1280, 1920]

Arrange = Callable[[], str]


def fully_booked() -> str:
    WeeklyHours.objects.all().delete()
    return "/book/"


def call(path: str = "", *, with_time: bool = True, **changes: Any) -> Arrange:
    """A request in some state, and the address of one of its pages."""

    def arrange() -> str:
        time = open_times(timezone.now()).starts[0]
        booking = submitted(starts_at=time if with_time else None)
        BookingRequest.objects.filter(pk=booking.pk).update(**changes)
        return booking.get_absolute_url() + path

    return arrange


PUBLIC: dict[str, Arrange] = {
    "landing page": lambda: "/",
    "privacy": lambda: "/privacy/",
    "terms": lambda: "/terms/",
    "form": lambda: "/book/",
    "waiting list": fully_booked,
    "received": call(),
    "received without a time": call(with_time=False),
    "in line": call(with_time=False, on_waiting_list=True),
    **{
        str(status.label).lower(): call(status=status, suspicion="trap")
        for status in Status
        if status != Status.REQUESTED
    },
    "move": call("move/"),
    "cancel": call("cancel/"),
    "nothing there": lambda: "/nothing/here/",
}
"""Every public page and state, each by how it comes about."""

every_public_page = pytest.mark.parametrize("arrange", PUBLIC.values(), ids=PUBLIC.keys())


@every_public_page
def test_public_page_keeps_nobody_out(open_page: OpenPage, starter_site: None, arrange: Arrange) -> None:
    page = open_page(arrange(), width=360)

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert (width, sideways_scroll(page)) == (width, 0)
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/", "/book/"])
def test_page_can_be_enlarged_four_times(open_page: OpenPage, path: str) -> None:
    """A window of 1280 by 1024 at 400% is one of 320 by 256 (WCAG 2.2, 1.4.10)."""
    page = open_page(path, width=320, screen={"width": 320, "height": 256}, device_scale_factor=4)
    page.set_viewport_size({"width": 320, "height": 256})

    assert sideways_scroll(page) == 0
    action = page.get_by_role("main").get_by_role(
        "link" if path == "/" else "button",
        name=Brand.current().call_label if path == "/" else "Request this call",
    )
    action.first.scroll_into_view_if_needed()
    expect(action.first).to_be_in_viewport(ratio=1)


def test_only_style_sheets_hold_the_landing_page_back(open_page: OpenPage) -> None:
    page = open_page("/")

    blocking = page.evaluate(
        """performance.getEntriesByType("resource")
            .filter((entry) => entry.renderBlockingStatus === "blocking").map((entry) => entry.name)"""
    )

    assert len(blocking) == 3
    assert [address for address in blocking if not address.endswith(".css")] == []


def test_forced_colours_show_what_is_chosen_and_what_has_the_focus(open_page: OpenPage) -> None:
    page = open_page("/book/", forced_colors="active")
    radio = page.get_by_role("radio", name=BookingRequest.Experience.UNDER_2.label)
    label = page.locator("label", has=radio)
    button = page.get_by_role("button", name="Request this call")

    plain = label.screenshot()
    radio.check()
    page.keyboard.press("Tab")
    assert label.screenshot() != plain

    button.focus()
    outline = button.evaluate("button => getComputedStyle(button).outline")
    assert re.search(r"solid [1-9]", outline), outline
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/", "/book/"])
def test_nothing_moves_for_those_who_want_rest(open_page: OpenPage, path: str) -> None:
    page = open_page(path, reduced_motion="reduce")

    page.mouse.wheel(0, 2000)

    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_every_answer_is_on_paper(open_page: OpenPage) -> None:
    page = open_page("/")

    page.emulate_media(media="print")

    home = LandingPage.objects.get(is_home=True)
    answers = [page.locator(f"#{question.anchor}") for question in Question.objects.shown_on(home)]
    assert len(answers) > 3
    assert [answer.evaluate(IS_SHOWN) for answer in answers] == [True] * len(answers)
    expect(page.get_by_role("navigation")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_address_of_an_answer_leads_to_it(open_page: OpenPage, width: int) -> None:
    home = LandingPage.objects.get(is_home=True)
    last = list(Question.objects.shown_on(home))[-1]

    page = open_page(f"/#{last.anchor}", width=width)

    expect(page.locator(f"#{last.anchor}")).to_be_in_viewport()
    expect(page.get_by_text(last.question, exact=True)).to_be_in_viewport()


IS_SHOWN = "element => element.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true })"


def test_style_sheets_mean_the_same_without_comments_and_spaces(open_page: OpenPage) -> None:
    page = open_page("/")

    for name, css in style_sheets():
        assert (name, rules_of(page, minified(css))) == (name, rules_of(page, css))


def style_sheets() -> Iterator[tuple[str, str]]:
    """Ours, and those of the desk that Django brings."""
    for finder in get_finders():
        for name, storage in finder.list([]):
            if name.endswith(".css"):
                with storage.open(name) as file:
                    yield name, file.read().decode()


def rules_of(page: Page, css: str) -> list[str]:
    """As the browser understood them; it keeps the spaces of values that it cannot work out yet."""
    rules = page.evaluate(
        """(css) => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(css);
            return [...sheet.cssRules].map((rule) => rule.cssText);
        }""",
        re.sub(r"@import[^;]+;", "", css),
    )
    return [minified(rule) for rule in rules]


def test_lists_of_the_desk_keep_nobody_out(open_page: OpenPage, owner: User) -> None:
    submitted()
    page = open_page("/admin/")
    sign_in(page)
    lists = page.get_by_role("region", name="All lists").get_by_role("rowheader").get_by_role("link")
    addresses = [link.get_attribute("href") or "" for link in lists.all()]
    assert "/admin/leads/bookingrequest/" in addresses

    for address in addresses:
        page.goto(address)
        for width in [360, 1280]:
            page.set_viewport_size({"width": width, "height": 800})
            assert (address, width, sideways_scroll(page)) == (address, width, 0)
        assert (address, violations(page)) == (address, [])
