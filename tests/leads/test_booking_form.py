"""From the empty form to the stored request."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from leads.models import BookingPage, BookingRequest, Message
from leads.open_times import open_times
from leads.time_choices import as_value
from tests.counting import queries_of
from tests.leads.factories import ANSWERS, submitted
from tests.leads.reading import errors_of, hidden_fields, page_of

COMPLETE = ANSWERS | {"consent": "on", "starts_at": "none"}


# --- Reading


def test_form_is_never_stored_and_sets_no_cookie(visitor: Client) -> None:
    response = visitor.get("/book/")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


def test_form_starts_with_nothing_ticked_and_nothing_wrong(visitor: Client) -> None:
    page = page_of(visitor.get("/book/"))

    assert re.findall(r"\bchecked\b", page) == []
    assert "There is a problem" not in page
    assert "aria-invalid" not in page


def test_form_says_who_may_fill_in_what(visitor: Client) -> None:
    page = page_of(visitor.get("/book/"))

    assert dict(re.findall(r'name="(name|email|role|profile_url)"[^>]*? autocomplete="([\w-]+)"', page)) == {
        "name": "name",
        "email": "email",
        "role": "organization-title",
        "profile_url": "url",
    }
    assert page.count("(optional)") == 3


@pytest.mark.parametrize(
    ("path", "zone", "is_open_to_detection"),
    [
        ("/book/", "Europe/Amsterdam", True),
        ("/book/?tz=America/New_York", "America/New_York", False),
        ("/book/?tz=Asia/Calcutta", "Asia/Calcutta", False),
        ("/book/?tz=Mars/Olympus", "Europe/Amsterdam", True),
    ],
)
def test_time_zone_of_the_address_is_chosen(
    visitor: Client, path: str, zone: str, is_open_to_detection: bool
) -> None:
    page = page_of(visitor.get(path))

    assert re.findall(r'<option value="([^"]+)" selected>', page) == [zone]
    assert ("data-detect" in page) is is_open_to_detection


def test_words_of_staff_are_shown_and_escaped(visitor: Client) -> None:
    BookingPage(heading="Talk <to> me", consent="Keep <i>this</i>", reassurance="No & card").save()

    page = page_of(visitor.get("/book/"))

    assert "<h1>Talk &lt;to&gt; me</h1>" in page
    assert "Keep &lt;i&gt;this&lt;/i&gt;" in page
    assert "No &amp; card" in page


def test_length_of_the_call_stays_on_one_line_of_the_heading(visitor: Client) -> None:
    assert 'free <span class="unbroken">30-minute</span> strategy' in page_of(visitor.get("/book/"))


def test_reading_the_form_takes_few_queries(
    visitor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    visitor.get("/book/")  # From now on the process knows the coach's hours and the pages at the foot.

    # The words, the calls, the recent replies, the brand.
    with django_assert_max_num_queries(4):
        visitor.get("/book/")


def test_reading_the_form_takes_as_many_queries_among_many_requests(visitor: Client) -> None:
    among_none = queries_of(visitor, "/book/")
    now = timezone.now()
    for start in open_times(now).starts[:10]:
        submitted(starts_at=start)
    for days in range(1, 31):
        submitted(starts_at=now.replace(minute=0, second=0, microsecond=0) - timedelta(days=days))

    assert queries_of(visitor, "/book/") == among_none


def test_form_takes_no_other_method(visitor: Client) -> None:
    assert visitor.put("/book/").status_code == 405


# --- Sending


def test_complete_form_is_stored_with_its_source_and_leads_to_its_own_page(visitor: Client) -> None:
    words = BookingPage.current()
    form = page_of(visitor.get("/book/?from=architects&cta=hero&utm_source=news"))

    response = visitor.post("/book/", COMPLETE | hidden_fields(form))

    booking = BookingRequest.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/calls/{booking.token}/")
    assert {name: getattr(booking, name) for name in ANSWERS} == ANSWERS
    assert (booking.consent, booking.mail_consent) == (words.consent, "")
    assert (booking.source_page, booking.source_cta, booking.utm_source) == ("architects", "hero", "news")
    assert not response.cookies


def test_a_booking_takes_few_statements(
    visitor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first, second = open_times(timezone.now()).starts[:2]
    visitor.post("/book/", COMPLETE | {"starts_at": as_value(first)})

    # The words, the calls; begin, the counters, a flood, the request, its event, who hears of it, the brand
    # twice, earlier requests, the mails; the turn, the time, the calls of its week; commit.
    with django_assert_num_queries(16):
        response = visitor.post("/book/", COMPLETE | {"starts_at": as_value(second)})

    assert response.status_code == 303


def test_each_consent_is_kept_as_it_was_worded(visitor: Client) -> None:
    BookingPage(consent="Keep my answers", mail_consent="Write to me").save()

    visitor.post("/book/", COMPLETE | {"mail_consent": "on"})

    booking = BookingRequest.objects.get()
    assert (booking.consent, booking.mail_consent) == ("Keep my answers", "Write to me")


def test_consent_is_asked_again_when_its_wording_changed_meanwhile(visitor: Client) -> None:
    form = hidden_fields(page_of(visitor.get("/book/")))
    BookingPage(consent="Sell my answers").save()

    response = visitor.post("/book/", COMPLETE | form)

    assert response.status_code == 422
    assert list(errors_of(response)) == ["consent"]
    assert 'name="consent" required aria' in page_of(response)
    assert not BookingRequest.objects.exists()
    again = visitor.post("/book/", COMPLETE | hidden_fields(page_of(response)))
    assert again.status_code == 303


@pytest.mark.parametrize("key", [{}, {"submission": "garbled"}, {"submission": "x" * 5000}])
def test_missing_or_garbled_key_never_costs_a_request(visitor: Client, key: dict[str, str]) -> None:
    for _ in range(2):
        assert visitor.post("/book/", COMPLETE | key).status_code == 303

    assert BookingRequest.objects.count() == 2


def test_same_form_sent_twice_is_one_request(visitor: Client) -> None:
    sent = COMPLETE | hidden_fields(page_of(visitor.get("/book/")))

    first, second = visitor.post("/book/", sent), visitor.post("/book/", sent)

    assert first["Location"] == second["Location"]
    assert BookingRequest.objects.count() == 1
    assert Message.objects.count() == 2  # one to the prospect, one to staff


def test_edited_form_sent_again_is_a_request_of_its_own(visitor: Client) -> None:
    sent = COMPLETE | hidden_fields(page_of(visitor.get("/book/")))

    first, second = visitor.post("/book/", sent), visitor.post("/book/", sent | {"goals": "Something else"})

    assert first["Location"] != second["Location"]
    assert list(BookingRequest.objects.order_by("pk").values_list("goals", flat=True)) == [
        ANSWERS["goals"],
        "Something else",
    ]


def test_key_survives_an_error(visitor: Client) -> None:
    form = hidden_fields(page_of(visitor.get("/book/?cta=hero")))

    response = visitor.post("/book/", form | {"name": "Samira"})

    assert hidden_fields(page_of(response)) == form


@pytest.mark.django_db(transaction=True)
def test_double_click_is_one_request() -> None:
    sent = COMPLETE | {"submission": "k" * 22}

    def send(_: int) -> str:
        try:
            client = Client(headers={"Sec-Fetch-Site": "same-origin", "Host": "127.0.0.1"})
            return str(client.post("/book/", sent)["Location"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        pages = set(pool.map(send, range(8)))

    assert pages == {reverse("call", args=[BookingRequest.objects.get().token])}
    assert Message.objects.count() == 2


def full_disk(execute: Any, sql: str, *rest: Any) -> Any:
    """A database that has room for small changes alone."""
    if sql.startswith('INSERT INTO "leads_message"'):
        raise OperationalError("database or disk is full")
    return execute(sql, *rest)


def test_a_database_that_cannot_store_costs_no_answer(visitor: Client) -> None:
    with connection.execute_wrapper(full_disk):
        response = visitor.post("/book/", COMPLETE)

    assert response.status_code == 503
    assert "could not store your request just now" in page_of(response)
    assert 'value="Samira Haddad"' in page_of(response)


def test_a_request_that_could_not_be_stored_is_not_held_against_its_sender(visitor: Client) -> None:
    form = COMPLETE | hidden_fields(page_of(visitor.get("/book/")))
    with connection.execute_wrapper(full_disk):
        refused = [visitor.post("/book/", form).status_code for _ in range(5)]

    visitor.post("/book/", form)

    assert refused == [503] * 5
    assert BookingRequest.objects.get().suspicion == ""


# --- Errors


def test_empty_form_names_each_missing_answer_on_top_and_beside(visitor: Client) -> None:
    response = visitor.post("/book/", {})

    page = page_of(response)
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert errors_of(response) == {
        "time_zone": ["Select your time zone"],
        "starts_at": ["Select a time for your call, or select “None of these times suit me”"],
        "name": ["Enter your full name"],
        "email": ["Enter your email address"],
        "role": ["Enter your current role"],
        "experience": ["Select your years of experience"],
        "direction": ["Select the direction you are leaning"],
        "goals": ["Enter what would make the call worth it"],
        "consent": ["Select that your answers may be stored, so that the call can be arranged"],
    }
    for [error] in errors_of(response).values():
        assert page.count(f">{error}</a>") == 1
        assert page.count(f"</span>{error}</p>") == 1


def test_summary_links_lead_to_controls_that_exist(visitor: Client) -> None:
    page = page_of(visitor.post("/book/", {}))

    summary = page.partition('class="problems"')[2].partition("Everything else you entered is still here.")[0]
    targets = re.findall(r'href="#([^"]+)"', summary)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert targets == [
        "time_zone",
        "starts_at_0",
        "name",
        "email",
        "role",
        "experience_0",
        "direction_0",
        "goals",
        "consent",
    ]
    assert set(targets) <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_description_that_a_control_names_exists(visitor: Client) -> None:
    page = page_of(visitor.post("/book/", {}))

    named = {name for names in re.findall(r'aria-describedby="([^"]+)"', page) for name in names.split()}
    assert named
    assert named <= set(re.findall(r'\bid="([^"]+)"', page))


def test_everything_typed_is_kept_through_an_error(visitor: Client) -> None:
    sent = COMPLETE | {"email": "samira@example", "time_zone": "Asia/Calcutta", "mail_consent": "on"}

    page = page_of(visitor.post("/book/", sent))

    for name in ["wished_time", "name", "email", "role", "profile_url"]:
        assert f'name="{name}" value="{sent[name]}"' in page
    assert sent["goals"].split("\n")[0] in page
    assert '<option value="Asia/Calcutta" selected>' in page
    assert "data-detect" not in page
    assert len(re.findall(r"\bchecked\b", page)) == 5  # three radio buttons, two ticks


def test_wrong_zone_asks_to_choose_and_selects_none(visitor: Client) -> None:
    response = visitor.post("/book/", COMPLETE | {"time_zone": "Mars/Olympus"})

    assert errors_of(response) == {"time_zone": ["Select your time zone from the list"]}
    assert '<option value="">Select your time zone</option>' in page_of(response)


@pytest.mark.parametrize(
    "email",
    [
        "samira",
        "samira@",
        "samira@example",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a b@example.com",
        "a@b@example.com",
        "a@example..com",
        "sаmira@example.com",
        "a@exa\u202emple.com",
    ],
)
def test_address_that_cannot_be_reached_is_refused(visitor: Client, email: str) -> None:
    response = visitor.post("/book/", COMPLETE | {"email": email})

    assert response.status_code == 422
    assert list(errors_of(response)) == ["email"]


@pytest.mark.parametrize(
    "email", ["a+b@example.com", "a@münchen.example", "a@пример.рф", "A.B@EXAMPLE.museum"]
)
def test_unusual_address_is_accepted_as_typed(visitor: Client, email: str) -> None:
    visitor.post("/book/", COMPLETE | {"email": email})

    assert BookingRequest.objects.get().email == email


def test_address_whose_ascii_form_is_too_long_is_refused(visitor: Client) -> None:
    response = visitor.post("/book/", COMPLETE | {"email": f"a@{'ü.' * 100}de"})

    assert list(errors_of(response)) == ["email"]


@pytest.mark.parametrize(
    "name",
    [
        "https://x.example",
        "www.x",
        "Win at x.example",
        "a@b",
        "a/b",
        "See evil.com",
        "Sam\u202eira",
        "Sam\x07ira",
        "A\nB",
    ],
)
def test_name_with_a_link_or_hidden_characters_is_refused(visitor: Client, name: str) -> None:
    response = visitor.post("/book/", COMPLETE | {"name": name})

    assert list(errors_of(response)) == ["name"]


@pytest.mark.parametrize(
    "name", ["J. R. R. Tolkien", "Zoë Ó’Brien-Šťastný", "李小龍", "می‌خواهم", "X Æ A-12", "Dr. No"]
)
def test_name_of_any_script_is_accepted(visitor: Client, name: str) -> None:
    assert visitor.post("/book/", COMPLETE | {"name": name}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("linkedin.com/in/samira", "https://linkedin.com/in/samira"),
        ("http://samira.example", "http://samira.example"),
        ("  https://samira.example/a?b=c#d ", "https://samira.example/a?b=c#d"),
        ("", ""),
    ],
)
def test_profile_is_completed_to_a_web_address(visitor: Client, typed: str, kept: str) -> None:
    visitor.post("/book/", COMPLETE | {"profile_url": typed})

    assert BookingRequest.objects.get().profile_url == kept


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example", "data:text/html,x", "http://[", "not a link", "//"]
)
def test_profile_that_is_no_web_address_is_refused(visitor: Client, url: str) -> None:
    response = visitor.post("/book/", COMPLETE | {"profile_url": url})

    assert errors_of(response) == {"profile_url": ["Enter a web address, like linkedin.com/in/your-name"]}


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("name", "n" * 100),
        ("role", "r" * 100),
        ("wished_time", "w" * 300),
        ("goals", "g" * 2000),
        ("profile_url", "https://x.example/" + "p" * 282),
        ("email", "e" * 60 + "@" + "d" * 60 + "." + "d" * 60 + "." + "d" * 60 + "." + "d" * 7 + ".co"),
    ],
)
def test_answer_may_be_as_long_as_a_request_can_keep_and_no_longer(
    visitor: Client, field: str, longest: str
) -> None:
    fits = visitor.post("/book/", COMPLETE | {field: longest})
    too_long = visitor.post("/book/", COMPLETE | {field: longest + "m"})

    assert (fits.status_code, too_long.status_code) == (303, 422)
    assert getattr(BookingRequest.objects.get(), field) == longest
    assert list(errors_of(too_long)) == [field]


def test_line_breaks_of_goals_count_once_and_are_kept(visitor: Client) -> None:
    visitor.post("/book/", COMPLETE | {"goals": "a\r\n" * 999 + "\tb"})

    assert BookingRequest.objects.get().goals == "a\n" * 999 + "\tb"
