"""The one row of the booking page, as staff edit it."""

import html
import re

import pytest
from django.test import Client

from leads.models import BookingPage

pytestmark = pytest.mark.django_db

URL = "/admin/leads/bookingpage/"
WORDS = {
    "heading": "Book a call",
    "price": "Free",
    "place": "Video call",
    "consent": "I agree",
    "mail_consent": "Write",
    "requests_a_day": "50",
}


def test_list_leads_to_the_form_that_makes_the_row(as_adviser: Client) -> None:
    response = as_adviser.get(URL)

    assert response.headers["Location"] == f"{URL}add/"
    assert 'value="Free"' in as_adviser.get(f"{URL}add/").content.decode()


def test_row_is_made_once_and_then_changed(as_adviser: Client) -> None:
    as_adviser.post(f"{URL}add/", WORDS)
    as_adviser.post(f"{URL}1/change/", WORDS | {"heading": "Book your call"})

    assert [page.heading for page in BookingPage.objects.all()] == ["Book your call"]
    assert as_adviser.get(URL).headers["Location"] == f"{URL}1/change/"
    assert as_adviser.get(f"{URL}add/").headers["Location"] == f"{URL}1/change/"


def test_row_is_not_deleted(as_owner: Client) -> None:
    as_owner.post(f"{URL}add/", WORDS)

    assert as_owner.post(f"{URL}1/delete/", {"post": "yes"}).status_code == 403
    assert "Save and add another" not in as_owner.get(f"{URL}1/change/").content.decode()


def test_only_row_has_neither_a_list_nor_a_verb_in_its_name(as_adviser: Client) -> None:
    page = as_adviser.get(URL, follow=True).content.decode()

    assert "<h1>Booking page</h1>" in page
    assert html.unescape(re.sub(r"<[^>]+>|\s+", "", way_back(page))) == "Overview›Bookingpage"


def way_back(page: str) -> str:
    return page.partition('<div class="breadcrumbs">')[2].partition("</div>")[0]
