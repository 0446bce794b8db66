"""The list of requests as a pipeline: stages, what comes next, who has it, saved filters, and its bounds."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.admin import bounded, bulk
from leads.models import BookingRequest, Outcome, SavedFilter, Stage, Tag
from tests.leads.factories import submitted
from tests.leads.test_request_list import NEXT_ACTION, URL, names_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

TODAY = date(2026, 11, 23)


def planned(name: str, days: int, by: User) -> BookingRequest:
    booking = submitted(name=name)
    booking.plan("Call back", TODAY + timedelta(days=days), by=by, at=timezone.now())
    return booking


def told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- Rows


def test_row_says_how_long_a_request_is_at_its_stage_and_why_it_is_closed(
    as_adviser: Client, adviser: User
) -> None:
    now = timezone.now()
    booking = submitted(at=now - timedelta(days=9))
    booking.confirm(by=adviser, at=now - timedelta(days=8))
    booking.mark_attended(by=adviser, at=now - timedelta(days=3))
    booking.record_outcome(Outcome.NOT_A_FIT, by=adviser, at=now - timedelta(days=2))
    booking.add_note("Wrote once more.", by=adviser, at=now)

    page = as_adviser.get(URL).content.decode()

    assert '<span class="badge badge-closed">Closed</span>' in page
    assert '<span class="quiet">Not a fit, for 2\N{NO-BREAK SPACE}days</span>' in page


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (-3, '<span class="overdue"><time datetime="2026-11-20">Fri 20 Nov</time>, overdue</span>'),
        (0, '<span class="quiet"><time datetime="2026-11-23">Mon 23 Nov</time>, today</span>'),
        (45, '<span class="quiet"><time datetime="2027-01-07">Thu 7 Jan 2027</time></span>'),
    ],
)
def test_row_says_in_words_whether_the_next_action_is_overdue(
    as_adviser: Client, adviser: User, days: int, shown: str
) -> None:
    planned("Samira", days, adviser)

    assert f"Call back {shown}" in as_adviser.get(URL).content.decode()


def test_row_shows_who_has_it_and_its_tags(as_adviser: Client, adviser: User, owner: User) -> None:
    booking = submitted()
    booking.assign(owner, by=adviser, at=timezone.now())
    booking.tag("warm", "<b>", by=adviser, at=timezone.now())

    page = as_adviser.get(URL).content.decode()

    assert 'owner <span class="tag">&lt;b&gt;</span> <span class="tag">warm</span>' in page


# --- Filters


@pytest.mark.parametrize("stage", [Stage.NEW, Stage.BOOKED, Stage.CLIENT])
def test_list_narrows_to_a_stage(as_adviser: Client, adviser: User, stage: Stage) -> None:
    now = timezone.now()
    submitted(name="New")
    submitted(name="Booked").confirm(by=adviser, at=now)
    client = submitted(name="Client")
    client.confirm(by=adviser, at=now)
    client.mark_attended(by=adviser, at=now)
    client.record_outcome(Outcome.SIGNED, by=adviser, at=now)

    assert names_on(as_adviser, f"?stage={stage}") == [stage.label]


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("overdue", ["Friday"]),
        ("today", ["Monday"]),
        ("week", ["Friday", "Monday", "Sunday"]),
        ("any", ["Friday", "Monday", "Sunday", "In a week"]),
        ("none", ["Unplanned"]),
    ],
)
def test_list_narrows_to_what_is_to_do_the_soonest_first(
    as_adviser: Client, adviser: User, choice: str, names: list[str]
) -> None:
    for name, days in [("In a week", 7), ("Sunday", 6), ("Monday", 0), ("Friday", -3)]:
        planned(name, days, adviser)
    submitted(name="Unplanned")

    assert names_on(as_adviser, f"?next={choice}") == names


def test_list_narrows_to_who_has_a_request(as_adviser: Client, adviser: User, owner: User) -> None:
    submitted(name="Mine").assign(adviser, by=owner, at=timezone.now())
    submitted(name="Theirs").assign(owner, by=owner, at=timezone.now())
    submitted(name="Nobody’s")

    found = {who: names_on(as_adviser, f"?assigned={who}") for who in ("me", "none", str(owner.pk))}

    assert found == {"me": ["Mine"], "none": ["Nobody’s"], str(owner.pk): ["Theirs"]}


def test_list_narrows_to_a_tag(as_adviser: Client, adviser: User) -> None:
    submitted(name="Tagged").tag("warm", "visa", by=adviser, at=timezone.now())
    submitted(name="Plain")

    assert names_on(as_adviser, f"?tag={Tag.objects.get(name='warm').pk}") == ["Tagged"]


@pytest.mark.parametrize(
    "query", ["stage=x", "next=x", "assigned=x", "tag=x", "received=x", "received=99999", "call=x", "mail=x"]
)
def test_filter_that_means_nothing_finds_nothing(as_adviser: Client, query: str) -> None:
    submitted()

    assert names_on(as_adviser, f"?{query}") == []


@pytest.mark.parametrize(("words", "is_found"), [("samira ROADMAP", True), ("samira zurich", False)])
def test_search_needs_every_word_but_each_anywhere(as_adviser: Client, words: str, is_found: bool) -> None:
    submitted(name="Samira", goals="A roadmap of 50% and more")

    assert bool(names_on(as_adviser, f"?q={words}")) is is_found


def test_percent_sign_in_a_search_is_no_wildcard(as_adviser: Client) -> None:
    submitted(goals="A roadmap of 50% and more")

    assert [len(names_on(as_adviser, f"?q={words}")) for words in ("50%25", "5%250")] == [1, 0]


# --- Saved filters


def keep(client: Client, name: str, query: str, **more: str) -> Any:
    return client.post(f"{URL}filters/", {"name": name, "query": query, **more})


def links_on(client: Client, query: str = "") -> list[str]:
    page = client.get(URL + query).content.decode()
    saved = page.partition('aria-label="Saved filters"')[2].partition("</ul>")[0]
    return re.findall(r'<a href="[^"]+\?([^"]+)"', saved.replace("&amp;", "&"))


def test_filter_is_kept_under_a_name_and_opened_by_its_link(as_adviser: Client, adviser: User) -> None:
    response = keep(as_adviser, "To chase", "next=overdue&p=2&assigned=me")

    assert response.headers["Location"] == f"{URL}?assigned=me&next=overdue"
    assert told(response) == ["Kept as “To chase”. Its link stands above the list."]
    kept = SavedFilter.objects.get()
    assert (kept.owner, kept.is_shared) == (adviser, False)
    assert links_on(as_adviser) == ["assigned=me&next=overdue"]
    assert (
        'aria-current="true">To chase' in as_adviser.get(f"{URL}?next=overdue&assigned=me").content.decode()
    )


def test_only_a_shared_filter_is_seen_by_colleagues(as_adviser: Client, as_owner: Client) -> None:
    keep(as_adviser, "Mine", "next=overdue")
    keep(as_adviser, "Ours", "next=today", is_shared="on")

    assert [len(links_on(as_adviser)), links_on(as_owner)] == [2, ["next=today"]]


def test_name_that_is_taken_comes_back_with_what_was_typed(as_adviser: Client, as_owner: Client) -> None:
    keep(as_adviser, "To chase", "next=overdue")

    again = keep(as_adviser, "to CHASE", "next=today", is_shared="on")
    elsewhere = keep(as_owner, "To chase", "next=today")

    page = again.content.decode()
    assert (again.status_code, elsewhere.status_code) == (422, 302)
    assert "You have a filter with this name already. Choose another name." in page
    assert re.findall(r'value="(to CHASE|next=today)"', page) == ["next=today", "to CHASE"]
    assert re.search(r'name="is_shared"[^>]* checked', page)


def test_the_whole_list_is_no_filter(as_adviser: Client) -> None:
    assert keep(as_adviser, "All", "p=3").status_code == 422
    assert "Keep this filter" not in as_adviser.get(f"{URL}?p=1").content.decode()


def test_filter_is_deleted_by_whoever_kept_it_or_the_owner_alone(
    as_adviser: Client, as_owner: Client, owner: User, adviser: User
) -> None:
    theirs = SavedFilter.objects.create(owner=owner, name="Theirs", query="next=today", is_shared=True)
    mine = SavedFilter.objects.create(owner=adviser, name="Mine", query="next=today", is_shared=True)

    refused = as_adviser.post(f"{URL}filters/{theirs.pk}/delete/")
    by_link = as_adviser.get(f"{URL}filters/{mine.pk}/delete/")
    deleted = as_owner.post(f"{URL}filters/{mine.pk}/delete/")

    assert [refused.status_code, by_link.status_code, deleted.status_code] == [403, 405, 302]
    assert list(SavedFilter.objects.all()) == [theirs]


def test_saved_filter_has_a_name_of_its_own_and_narrows_something(adviser: User) -> None:
    SavedFilter.objects.create(owner=adviser, name="Name", query="a=b")

    for name, query, rule in [
        ("NAME", "c=d", "nobody_has_two_filters_of_one_name"),
        ("", "c=d", "a_saved_filter_has_a_name"),
        ("Other", "", "a_saved_filter_narrows_something"),
    ]:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            SavedFilter.objects.create(owner=adviser, name=name, query=query)


# --- Several at once


def act(client: Client, action: str, *bookings: BookingRequest, **sent: Any) -> Any:
    return client.post(URL, {"action": action, "_selected_action": [one.pk for one in bookings], **sent})


def test_several_requests_are_assigned_planned_and_tagged_at_once(
    as_adviser: Client, owner: User, adviser: User
) -> None:
    first, second = submitted(), submitted()
    second.tag("cold", by=owner, at=timezone.now())

    steps: list[tuple[str, dict[str, Any]]] = [
        ("assign", {"to": owner.pk}),
        ("plan", {"next_action": "Call back", "on": "2026-11-27"}),
        ("tag", {"tags": "warm, visa"}),
        ("untag", {"tags": "Visa, cold"}),
    ]
    for action, sent in steps:
        response = act(as_adviser, action, first, second, apply="yes", **sent)
        assert told(response)[-1].startswith("2 requests: ")

    for booking in BookingRequest.objects.all():
        assert booking.assigned_to == owner
        assert [tag.name for tag in booking.tags.all()] == ["warm"]


def test_action_asks_first_and_names_the_requests(as_adviser: Client) -> None:
    first, second = submitted(name="Ana"), submitted(name="Tom")

    page = act(as_adviser, "assign", first, second).content.decode()

    assert "For Tom, Ana." in page
    assert re.findall(r'name="_selected_action" value="(\d+)"', page) == [str(second.pk), str(first.pk)]
    assert not BookingRequest.objects.exclude(assigned_to=None).exists()


def test_mistake_in_an_action_comes_back_with_what_was_typed(as_adviser: Client) -> None:
    response = act(as_adviser, "plan", submitted(), apply="yes", next_action="Call back")

    page = response.content.decode()
    assert response.status_code == 422
    assert "Enter the day of the next action too." in page
    assert 'value="Call back"' in page


def test_too_many_requests_at_once_are_refused(as_adviser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)

    response = act(as_adviser, "confirm", submitted(), submitted())

    assert told(response) == ["Select at most 1 requests at once. Nothing was changed."]
    assert BookingRequest.objects.awaiting_reply().count() == 2


# --- Bounds


@pytest.fixture
def counted_to_sixty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "COUNTED", 60)
    for _ in range(61):
        submitted()


@pytest.mark.usefixtures("counted_to_sixty")
def test_list_counts_to_a_bound_and_says_that_there_are_more(as_adviser: Client) -> None:
    page = as_adviser.get(URL).content.decode()

    assert re.search(r"More than 60\s+booking requests\. A filter or a search leads to the rest\.", page)
    assert len(names_on(as_adviser, "?p=2")) == 10
    assert as_adviser.get(f"{URL}?p=3").status_code == 302


def test_columns_are_put_in_order_by_one_index(as_adviser: Client, adviser: User) -> None:
    for name, days in [("Second", 2), ("First", 1)]:
        planned(name, days, adviser)

    with CaptureQueriesContext(connection) as captured:
        assert names_on(as_adviser, f"?o={NEXT_ACTION}.5") == ["First", "Second"]

    orders = [
        query["sql"].rpartition("ORDER BY ")[2]
        for query in captured
        if '"goals"' in query["sql"] and "ORDER BY" in query["sql"]
    ]
    table = '"leads_bookingrequest"'
    assert orders == [f'{table}."next_action_on" ASC, {table}."id" ASC']


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Only PostgreSQL has trigrams.")
def test_search_is_served_by_the_index_of_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    # Of all: with few rows the small index of those that are no canaries would be as good.
    plan = BookingRequest.everything.mentioning("Samira").order_by().explain()

    assert "requests_by_words" in plan


def test_list_takes_as_many_queries_with_tags_and_colleagues(as_adviser: Client, adviser: User) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            as_adviser.get(URL)
        return len(captured)

    submitted().tag("warm", by=adviser, at=timezone.now())
    count()
    short = count()
    for number in range(20):
        booking = submitted()
        booking.tag(f"tag {number}", "warm", by=adviser, at=timezone.now())
        booking.assign(adviser, by=adviser, at=timezone.now())

    assert count() == short
