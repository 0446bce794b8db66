"""The list of requests and the page of one: with axe, by keys, on a phone, and without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from leads.models import BookingRequest, Outcome, SavedFilter
from tests.browser.conftest import OpenPage
from tests.browser.doing import sign_in
from tests.browser.looking import has_focus, sideways_scroll, violations
from tests.leads.factories import submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/admin/leads/bookingrequest/"


@pytest.fixture
def pipeline(owner: User) -> BookingRequest:
    """Three requests, the newest with everything that its row and its page can show."""
    now = timezone.now()
    submitted(name="Olu Adeyemi")
    submitted(name="Ana Costa", at=now - timedelta(days=2))
    client = submitted(name="Samira Haddad")
    client.confirm(by=owner, at=now)
    client.mark_attended(by=owner, at=now)
    client.record_outcome(Outcome.SIGNED, by=owner, at=now)
    client.assign(owner, by=owner, at=now)
    client.plan("Call back", now.date() - timedelta(days=3), by=owner, at=now)
    client.tag("warm", by=owner, at=now)
    client.add_note("Prefers evenings.", by=owner, at=now)
    for mail in client.messages.all()[:1]:
        mail.mark_failed("mailbox full")
    SavedFilter.objects.create(owner=owner, name="Mine", query="assigned=me")
    return client


def desk(open_page: OpenPage, path: str, **options: object) -> Page:
    page = open_page(path, **options)  # type: ignore[arg-type]
    sign_in(page)
    page.wait_for_load_state()
    return page


def test_list_and_page_keep_nobody_out(open_page: OpenPage, pipeline: BookingRequest) -> None:
    change = f"{LIST}{pipeline.pk}/change/"
    page = desk(open_page, f"{LIST}?assigned=me")

    for path in [f"{LIST}?assigned=me", change]:
        page.goto(path)
        assert (path, violations(page)) == (path, [])
    for path in [f"{LIST}?stage=client", change]:
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(path)
        assert (path, sideways_scroll(page)) == (path, 0)


def test_keys_move_along_the_rows_until_they_are_switched_off(
    open_page: OpenPage, pipeline: BookingRequest
) -> None:
    page = desk(open_page, LIST)
    rows = page.locator("#result_list tbody tr")
    expect(page.get_by_text("move along the rows")).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("j")
    assert has_focus(rows.nth(1).locator("th a"))
    page.keyboard.press("x")
    expect(rows.nth(1).get_by_role("checkbox")).to_be_checked()
    page.keyboard.press("k")
    assert has_focus(rows.nth(0).locator("th a"))

    page.keyboard.press("/")
    page.keyboard.type("j/x")
    expect(page.locator("#searchbar")).to_have_value("j/x")

    page.get_by_label("Keys work on this page").uncheck()
    page.reload()
    expect(page.get_by_text("move along the rows")).to_be_visible()
    page.keyboard.press("j")
    assert not has_focus(rows.nth(0).locator("th a"))

    page.get_by_label("Keys work on this page").check()
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("Olu Adeyemi")


def test_request_is_planned_assigned_and_tagged_without_scripts(
    open_page: OpenPage, pipeline: BookingRequest
) -> None:
    page = desk(open_page, f"{LIST}{pipeline.pk}/change/", scripts=False)

    page.get_by_role("button", name=re.compile("^Done")).click()
    page.get_by_label("Next action", exact=True).fill("Send the invoice")
    page.get_by_label("On", exact=True).fill("2026-12-01")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("Add tags").fill("visa")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Take away the tag warm").click()

    pipeline.refresh_from_db()
    assert (pipeline.planned, [tag.name for tag in pipeline.tags.all()]) == (
        "Send the invoice, Tue 1 Dec 2026",
        ["visa"],
    )
