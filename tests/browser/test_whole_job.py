"""A reader becomes a confirmed call: the whole job, from the landing page to the staff desk and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import BookingRequest
from leads.open_times import open_times
from leads.outbox import deliver_due
from pages.models import Brand
from tests.browser.conftest import OpenPage
from tests.browser.doing import choice_of, fill_in, send, sign_in
from tests.browser.looking import sideways_scroll, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ZONE = "Europe/Amsterdam"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_reader_becomes_a_confirmed_call(open_page: OpenPage, owner: User, width: int, scripts: bool) -> None:
    first, other = open_times(timezone.now()).starts[-2:]

    # A reader asks for a call.
    page = open_page("/", width=width, scripts=scripts)
    look_at(page, scripts)
    page.get_by_role("main").get_by_role("link", name=Brand.current().call_label).first.click()
    look_at(page, scripts)
    choice_of(page, first, ZONE).check()
    fill_in(page)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    look_at(page, scripts)

    # The worker sends what waits.
    assert deliver_due(timezone.now()) == 2
    assert sorted(address for sent in mail.outbox for address in sent.to) == [
        "samira@example.com",
        "site@localhost",
    ]

    # Staff read the request and confirm it.
    desk = open_page("/admin/", width=width, scripts=scripts)
    look_at(desk, scripts)
    sign_in(desk)
    look_at(desk, scripts)
    desk.get_by_role("navigation", name="Staff").get_by_role("link", name="Requests").click()
    look_at(desk, scripts)
    desk.get_by_role("link", name="Samira Haddad").click()
    look_at(desk, scripts)
    desk.get_by_role("button", name="Confirm", exact=True).click()
    expect(desk.get_by_text("Confirmed. The confirmation is on its way")).to_be_visible()
    look_at(desk, scripts)

    # The prospect keeps the time, changes it, and gives it up.
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re booked.")
    look_at(page, scripts)
    assert "STATUS:CONFIRMED" in calendar_file_of(page)
    page.get_by_role("link", name="Move the call").click()
    look_at(page, scripts)
    choice_of(page, other, ZONE).check()
    page.get_by_role("button", name="Move the call").click()
    expect(page.get_by_role("main").locator("time").first).to_have_attribute("datetime", other.isoformat())
    page.get_by_role("link", name="Cancel it").click()
    look_at(page, scripts)
    page.get_by_role("button", name="Yes, cancel the call").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancelled.")
    look_at(page, scripts)

    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.source_page, booking.source_cta) == (
        other,
        "ai-architect-vs-ai-engineer",
        "hero",
    )
    assert [(event.kind, event.by) for event in booking.events.all()] == [
        ("requested", None),
        ("confirmed", owner),
        ("moved", None),
        ("cancelled", None),
    ]


def look_at(page: Page, scripts: bool) -> None:
    """At every page and state on the way. axe itself is a script, so it looks where scripts run."""
    page.wait_for_load_state()
    assert (page.url, sideways_scroll(page)) == (page.url, 0)
    if scripts:
        assert (page.url, violations(page)) == (page.url, [])


def calendar_file_of(page: Page) -> str:
    with page.expect_download() as download:
        page.get_by_role("link", name="Apple or other (.ics)").click()
    return Path(download.value.path()).read_text()
