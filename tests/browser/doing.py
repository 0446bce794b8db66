"""What people do on the site, by what they can read there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from leads.models import BookingPage, BookingRequest
from tests.leads.factories import ANSWERS


def choice_of(page: Page, instant: datetime, zone: str) -> Locator:
    """The radio button of an open time, under its day, as somebody in that zone finds it."""
    local = instant.astimezone(ZoneInfo(zone))
    day = page.get_by_role("group", name=f"{local:%a} {local.day} {local:%b}", exact=True)
    return day.get_by_role("radio", name=f"{local:%H:%M}")


def fill_in(page: Page) -> None:
    """Everything but the time."""
    page.get_by_label("Full name").fill(ANSWERS["name"])
    page.get_by_label("Email address").fill(ANSWERS["email"])
    page.get_by_label("Current role").fill(ANSWERS["role"])
    page.get_by_role("radio", name=BookingRequest.Experience(ANSWERS["experience"]).label).check()
    page.get_by_role("radio", name=BookingRequest.Direction(ANSWERS["direction"]).label).check()
    page.get_by_label("What would make the call worth it?").fill(ANSWERS["goals"])
    page.get_by_role("checkbox", name=BookingPage.current().consent).check()


def send(page: Page) -> None:
    page.get_by_role("button", name="Request this call").click()


def sign_in(page: Page) -> None:
    """As the owner, who is staff."""
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
