"""Staff write to a prospect, and say “not now”: with and without scripts, on a phone and at a desk."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.doing import sign_in
from tests.browser.looking import sideways_scroll, violations
from tests.leads.factories import submitted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "scripts"), [(360, False), (1280, True)], ids=["no scripts", "scripts"])
def test_letter_is_begun_from_a_template_edited_and_sent(
    open_page: OpenPage, owner: User, width: int, scripts: bool
) -> None:
    booking = submitted(at=timezone.now())
    page = open_page(f"/admin/leads/bookingrequest/{booking.pk}/change/", width=width, scripts=scripts)
    sign_in(page)

    page.get_by_role("link", name="Write a letter").click()
    page.get_by_label("Begin with").select_option("Ask for a little more")
    page.get_by_role("button", name="Fill in").click()
    letter = page.get_by_role("textbox", name="Letter")
    expect(letter).to_contain_text("Hello Samira,")
    letter.fill("Hello Samira,\n\nwhich days suit you?")
    assert sideways_scroll(page) == 0
    assert not scripts or violations(page) == []
    page.get_by_role("button", name="Send the letter").click()

    expect(page.get_by_text("The letter is on its way to the prospect.")).to_be_visible()
    expect(page.get_by_text("Wrote to the prospect")).to_be_visible()
    assert "which days suit you?" in booking.messages.get(kind="reply").text


def test_kind_answer_is_read_before_it_leaves_and_on_the_prospects_page(
    open_page: OpenPage, owner: User
) -> None:
    booking = submitted(at=timezone.now())
    page = open_page(f"/admin/leads/bookingrequest/{booking.pk}/change/", width=360)
    sign_in(page)

    page.get_by_role("link", name="Not now, kindly").click()
    expect(page.get_by_role("textbox", name="Letter")).to_contain_text(
        "How AI engineers become AI architects"
    )
    assert sideways_scroll(page) == 0
    assert violations(page) == []
    page.get_by_role("button", name="Send this answer").click()
    expect(page.get_by_text("Answered “not now”. The letter is on its way")).to_be_visible()

    own = open_page(booking.get_absolute_url(), width=360)
    expect(own.get_by_role("heading", level=1)).to_have_text("Not now.")
    expect(own.get_by_text("How AI engineers become AI architects")).to_be_visible()
    assert violations(own) == []
