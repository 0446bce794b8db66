"""The booking form in a browser: with the keyboard alone, after mistakes, in other zones, and too late."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from leads.models import BookingPage, BookingRequest
from leads.open_times import open_times
from tests.browser.conftest import OpenPage
from tests.browser.doing import choice_of, fill_in, send
from tests.browser.looking import has_focus, violations
from tests.leads.factories import ANSWERS, submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AMSTERDAM, NEW_YORK = "Europe/Amsterdam", "America/New_York"

in_both_ways = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])


def last_open_time() -> datetime:
    return open_times(timezone.now()).starts[-1]


def tab_to(page: Page, locator: Locator) -> None:
    for _ in range(60):
        if has_focus(locator):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {locator}.")


def test_form_is_filled_in_and_sent_with_the_keyboard_alone(open_page: OpenPage) -> None:
    time = open_times(timezone.now()).starts[0]
    page = open_page("/book/")

    tab_to(page, choice_of(page, time, AMSTERDAM))
    page.keyboard.press("Space")
    for label, answer in {
        "Full name": ANSWERS["name"],
        "Email address": ANSWERS["email"],
        "Current role": ANSWERS["role"],
    }.items():
        tab_to(page, page.get_by_label(label))
        page.keyboard.type(answer)
    tab_to(page, page.get_by_role("radio", name=BookingRequest.Experience.UNDER_2.label))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("radio", name=BookingRequest.Direction.ARCHITECT.label))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("What would make the call worth it?"))
    page.keyboard.type("A plan")
    tab_to(page, page.get_by_role("checkbox", name=BookingPage.current().consent))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Request this call"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.name, booking.experience, booking.direction, booking.goals) == (
        time,
        ANSWERS["name"],
        BookingRequest.Experience.FROM_2,
        BookingRequest.Direction.ARCHITECT,
        "A plan",
    )


@in_both_ways
def test_enter_in_a_text_field_sends_the_form(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/book/", scripts=scripts)
    choice_of(page, last_open_time(), AMSTERDAM).check()
    fill_in(page)

    page.get_by_label("Current role").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")


@in_both_ways
@pytest.mark.parametrize("width", [360, 1280])
def test_mistakes_are_listed_first_and_lead_to_their_fields(
    open_page: OpenPage, width: int, scripts: bool
) -> None:
    page = open_page("/book/", width=width, scripts=scripts)
    page.get_by_label("Email address").fill("samira at example.com")

    send(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    expect(page).to_have_title("Error: Book your free 30-minute strategy call · Zen van Riel")
    assert page.evaluate("document.activeElement.contains(document.querySelector('[role=alert]'))")
    expect(page.get_by_label("Email address")).to_have_value("samira at example.com")
    links = summary.get_by_role("link").all()
    assert len(links) == 8
    for link in links:
        target = (link.get_attribute("href") or "").removeprefix("#")
        link.click()
        assert page.evaluate("document.activeElement.id") == target
    if scripts:
        assert violations(page) == []


@in_both_ways
def test_time_taken_meanwhile_costs_nothing_that_was_typed(open_page: OpenPage, scripts: bool) -> None:
    time = last_open_time()
    page = open_page("/book/", scripts=scripts)
    choice_of(page, time, AMSTERDAM).check()
    fill_in(page)

    submitted(starts_at=time)
    send(page)

    expect(page.get_by_role("alert")).to_contain_text("has just been taken by someone else")
    expect(choice_of(page, time, AMSTERDAM)).to_be_disabled()
    expect(page.get_by_label("Full name")).to_have_value(ANSWERS["name"])
    expect(page.get_by_label("What would make the call worth it?")).to_have_value(ANSWERS["goals"])
    if scripts:
        assert violations(page) == []

    page.get_by_role("radio", name="closest").first.check()
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    assert BookingRequest.objects.count() == 2


def test_times_are_shown_and_taken_by_the_clock_of_the_visitor(open_page: OpenPage) -> None:
    time = last_open_time()
    page = open_page("/book/", timezone_id=NEW_YORK)

    expect(page.get_by_label("Your time zone")).to_have_value(NEW_YORK)
    choice_of(page, time, NEW_YORK).check()
    fill_in(page)
    send(page)

    local = time.astimezone(ZoneInfo(NEW_YORK))
    expect(page.get_by_role("main")).to_contain_text(f"{local:%H:%M}")
    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.time_zone) == (time, NEW_YORK)


def test_reader_of_half_days_chooses_by_the_clock_of_the_mails(open_page: OpenPage) -> None:
    clocks = []
    for scripts in [True, False]:
        page = open_page("/book/?tz=America/New_York", locale="en-US", scripts=scripts)
        if scripts:
            page.get_by_label("Your time zone").select_option("Asia/Tokyo")
            page.get_by_label("Your time zone").select_option(NEW_YORK)
        clocks.append(page.locator("[data-days] time").all_text_contents())

    by_script, by_server = clocks
    assert by_script == by_server
    starts = [start.astimezone(ZoneInfo(NEW_YORK)) for start in open_times(timezone.now()).starts]
    assert by_server == [
        f"{start:%I:%M}".lstrip("0") + f"\N{NO-BREAK SPACE}{'ap'[start.hour >= 12]}.m." for start in starts
    ]


def test_zone_that_the_browser_names_by_an_old_name_is_taken(open_page: OpenPage) -> None:
    time = last_open_time()
    page = open_page("/book/", timezone_id="Asia/Calcutta")

    choice_of(page, time, "Asia/Kolkata").check()
    fill_in(page)
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    booking = BookingRequest.objects.get()
    assert booking.starts_at == time
    assert booking.time_zone in {"Asia/Calcutta", "Asia/Kolkata"}


@in_both_ways
def test_another_zone_shows_the_same_times_by_its_clock(open_page: OpenPage, scripts: bool) -> None:
    time = last_open_time()
    page = open_page("/book/", scripts=scripts)
    page.get_by_label("Full name").fill("Samira Haddad")

    page.get_by_label("Your time zone").select_option("Asia/Tokyo")
    if not scripts:
        page.get_by_role("button", name="Show times").click()

    expect(page.get_by_label("Full name")).to_have_value("Samira Haddad")
    choice_of(page, time, "Asia/Tokyo").check()
    fill_in(page)
    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.time_zone) == (time, "Asia/Tokyo")


def test_zone_changed_without_a_script_is_asked_about_before_a_time_is_taken(open_page: OpenPage) -> None:
    page = open_page("/book/", scripts=False)
    choice_of(page, last_open_time(), AMSTERDAM).check()
    fill_in(page)
    page.get_by_label("Your time zone").select_option("Asia/Tokyo")

    send(page)

    expect(page.get_by_role("alert")).to_contain_text("You changed your time zone.")
    assert not BookingRequest.objects.exists()


@in_both_ways
def test_whom_no_time_suits_says_so_in_words(open_page: OpenPage, scripts: bool) -> None:
    page = open_page("/book/", scripts=scripts)
    page.get_by_role("radio", name="None of these times suit me").check()
    page.get_by_label("When would suit you?").fill("Weekday evenings")
    fill_in(page)

    send(page)

    expect(page.get_by_role("heading", level=1)).to_have_text("Received.")
    booking = BookingRequest.objects.get()
    assert (booking.starts_at, booking.wished_time) == (None, "Weekday evenings")
