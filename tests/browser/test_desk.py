"""The first page of the staff desk as a coach finds it: at a glance, on a phone, in the dark, by keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import BusyCalendar, CallRules, Message
from leads.open_times import open_times
from tests.browser.conftest import OpenPage
from tests.browser.doing import sign_in
from tests.browser.looking import sideways_scroll, violations
from tests.leads.factories import submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [320, 360, 768, 1280, 1920]


@pytest.fixture
def busy_desk(starter_site: None, owner: User) -> None:
    """More of everything than is shown, and several things wrong."""
    now = timezone.now()
    CallRules.objects.update(calls_a_day=96, calls_a_week=672)
    for number, time in enumerate(open_times(now).starts[:7]):
        submitted(name=f"Caller {number}", starts_at=time, time_zone="Asia/Kolkata").confirm(by=owner, at=now)
        submitted(name=f"Asker {number}", at=now - timedelta(hours=30 - number))
    Message.objects.update(state=Message.State.FAILED)
    BusyCalendar.objects.create(
        name="Private", url="https://example.com/a.ics", read_at=now - timedelta(hours=9)
    )


@pytest.fixture
def desk(open_page: OpenPage, busy_desk: None) -> Page:
    page = open_page("/admin/")
    sign_in(page)
    expect(page.get_by_role("heading", name="Needs attention")).to_be_visible()
    return page


def test_one_screen_tells_who_waits_what_is_next_and_what_is_broken(desk: Page) -> None:
    for name, row in [
        ("Needs attention", "The calendar “Private” is out of date"),
        ("Waiting for an answer", "Asker 4"),
        ("Next calls", "Caller 4"),
    ]:
        part = desk.get_by_role("region", name=name)
        expect(part.get_by_role("listitem").filter(has_text=row)).to_be_in_viewport(ratio=1)


def test_desk_keeps_nobody_out(desk: Page) -> None:
    for width in WIDTHS:
        desk.set_viewport_size({"width": width, "height": 800})
        assert (width, sideways_scroll(desk)) == (width, 0)
    assert violations(desk) == []
    desk.set_viewport_size({"width": 360, "height": 800})
    assert violations(desk) == []


def test_keys_go_through_the_desk_in_the_order_of_the_eye(desk: Page) -> None:
    desk.get_by_role("region", name="Needs attention").get_by_role("link").first.focus()
    seen = []
    for _ in range(20):
        desk.keyboard.press("Tab")
        seen.append(
            desk.evaluate("document.activeElement.closest('section')?.getAttribute('aria-labelledby')")
        )

    assert list(dict.fromkeys(seen))[:3] == ["alarms", "waiting", "next-calls"]


def test_drawing_tells_its_numbers_to_those_who_do_not_see_it(desk: Page) -> None:
    drawing = desk.get_by_role("img", name="Requests a day in the last 28 days")
    part = desk.get_by_role("region", name="Requests a day", exact=True)

    expect(drawing).to_have_accessible_description(
        desk.locator("#per-day-text").text_content() or "no sentence"
    )
    part.get_by_text("Show the numbers").click()

    expect(part.get_by_role("row")).to_have_count(1 + 28)


def test_columns_are_seen_in_forced_colours(desk: Page) -> None:
    desk.emulate_media(forced_colors="active")
    fill = "element => getComputedStyle(element).fill"
    solid = desk.locator(".chart-columns .chart-solid").first
    ground = desk.evaluate("getComputedStyle(document.body).backgroundColor")

    assert solid.evaluate(fill) != ground
    assert violations(desk) == []


def test_one_long_word_pushes_no_page_of_the_desk_aside(open_page: OpenPage, starter_site: None) -> None:
    User.objects.create_superuser("owner", "owner@example.com", "correct horse battery")
    asked = submitted(name="Wolfeschlegelstein" * 5, role="Softwarearchitect" * 5, wished_time="Sunday" * 20)
    suspected = submitted(name="Hausenbergerdorff" * 5, role="Principalengineer" * 5)
    suspected.suspect(by=User.objects.get(), at=timezone.now())
    page = open_page("/admin/", width=360)
    sign_in(page)

    requests = "/admin/leads/bookingrequest/"
    ways = ["change", "brief", "write", "not-now", "move"]
    for path in [
        "/admin/",
        requests,
        f"{requests}suspects/",
        *[f"{requests}{asked.pk}/{way}/" for way in ways],
    ]:
        page.goto(path)
        assert (path, sideways_scroll(page)) == (path, 0)
