"""Readers see publications: now, from a set time on, again, or no more. Rows are the draft."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pages.content import content_of
from pages.differences import Difference, differences
from pages.models import (
    Brand,
    LandingPage,
    Offer,
    PainPoint,
    Publication,
    Question,
    Section,
    StairStep,
    claims,
)
from pages.models.publication import NotPublishable, Unchangeable
from pages.publishing import (
    publish,
    publish_again,
    publish_shared,
    renewals,
    standing_of,
    standings,
    take_off,
)
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def read(url: str = "/guide/", *, at: datetime | None = None) -> str:
    with time_machine.travel(at or timezone.now(), tick=False):
        response = Client().get(url)
    return response.content.decode() if response.status_code == 200 else str(response.status_code)


def edit(page: LandingPage, message: str) -> LandingPage:
    page.message = message
    page.save()
    return page


# --- Now, later, no more, again


def test_draft_is_not_found_until_it_is_published() -> None:
    page = a_page(message="Hello.")

    before = read()
    published(page)

    assert before == "404"
    assert "Hello." in read()


def test_edit_does_not_show_until_it_is_published() -> None:
    page = a_page(message="First.")
    published(page)

    edit(page, "Second.")
    before = read()
    published(page)

    assert ("First." in before, "Second." in before) == (True, False)
    assert "Second." in read()


def test_scheduled_publication_shows_from_its_instant_on() -> None:
    page = edit(published(a_page(), at=MONDAY).page, "Tomorrow.")

    published(page, at=MONDAY, counts_from=MONDAY + DAY)

    shown = [
        "Tomorrow." in read(at=MONDAY + DAY - SECOND / 1000),
        "Tomorrow." in read(at=MONDAY + DAY),
    ]
    assert shown == [False, True]


def test_what_is_published_meanwhile_gives_way_to_what_was_scheduled() -> None:
    page = a_page(message="Scheduled.")
    published(page, at=MONDAY, counts_from=MONDAY + DAY)

    published(edit(page, "Meanwhile."), at=MONDAY)

    assert "Meanwhile." in read(at=MONDAY + SECOND)
    assert "Scheduled." in read(at=MONDAY + DAY)


def test_time_that_has_passed_means_now() -> None:
    publication = published(a_page(), at=MONDAY, counts_from=MONDAY - DAY)

    assert publication.counts_from == MONDAY


def test_planned_publication_is_withdrawn() -> None:
    planned = published(a_page(), at=MONDAY, counts_from=MONDAY + DAY)

    planned.withdraw(at=MONDAY)

    assert read(at=MONDAY + DAY) == "404"


def test_what_readers_have_seen_cannot_be_withdrawn() -> None:
    publication = published(a_page(), at=MONDAY)

    with pytest.raises(Unchangeable):
        publication.withdraw(at=MONDAY)

    assert Publication.objects.get() == publication


def test_page_that_is_taken_off_says_that_it_is_gone(owner: User) -> None:
    page = a_page()
    published(page, at=MONDAY)

    take_off(page, by=owner, at=MONDAY + DAY)

    response = Client().get("/guide/")
    assert response.status_code == 410
    assert "no longer here" in response.content.decode()


def test_page_is_taken_off_at_its_time(owner: User) -> None:
    page = a_page()
    published(page, at=MONDAY)

    take_off(page, by=owner, at=MONDAY, counts_from=MONDAY + DAY)

    assert "The guide" in read(at=MONDAY + DAY - SECOND)
    assert read(at=MONDAY + DAY) == "410"


def test_page_comes_back_when_it_is_published_again(owner: User) -> None:
    page = a_page()
    published(page, at=MONDAY)
    take_off(page, by=owner, at=MONDAY + DAY)

    published(page, at=MONDAY + 2 * DAY)

    assert "The guide" in read(at=MONDAY + 2 * DAY)


def test_page_that_readers_do_not_see_cannot_be_taken_off(owner: User) -> None:
    with pytest.raises(NotPublishable, match="not on the site"):
        take_off(a_page(), by=owner, at=MONDAY)


def test_older_version_is_shown_again_and_the_draft_stays(owner: User) -> None:
    page = a_page(message="First.")
    first = published(page, at=MONDAY)
    published(edit(page, "Second."), at=MONDAY + SECOND)

    publish_again(first, by=owner, at=MONDAY + DAY)

    page.refresh_from_db()
    assert page.message == "Second."
    assert "First." in read(at=MONDAY + DAY)


def test_publication_keeps_who_made_it_and_when(owner: User) -> None:
    publication = published(a_page(), at=MONDAY, counts_from=MONDAY + DAY, by=owner)

    assert (publication.by, publication.made_at, publication.counts_from) == (owner, MONDAY, MONDAY + DAY)


def test_publication_outlives_the_account_of_who_made_it(owner: User) -> None:
    published(a_page(), by=owner)

    owner.delete()

    assert [row.by for row in Publication.objects.all()] == [None]


# --- Written once


def test_publication_cannot_be_changed() -> None:
    publication = published(a_page())

    for change in (
        publication.save,
        lambda: Publication.objects.update(slug="other"),
        lambda: Publication.objects.bulk_update([publication], ["slug"]),
        lambda: Publication.objects.bulk_create([publication]),
    ):
        with pytest.raises(Unchangeable):
            change()

    assert Publication.objects.get().slug == "guide"


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "guide"},
        {"content": {"sections": []}},
        {"kind": "gone", "slug": "guide"},
        {"kind": "gone", "redirect_to": "/"},
        {"kind": "redirect"},
    ],
    ids=["page without content", "page without address", "gone with one", "gone elsewhere", "to nowhere"],
)
def test_database_refuses_half_a_publication(fields: dict[str, object]) -> None:
    page = a_page()

    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(page=page, made_at=MONDAY, counts_from=MONDAY, **fields)


def test_either_all_pages_are_published_or_none() -> None:
    good, bad = a_page("good"), a_page("bad")
    Section.objects.create(page=bad, kind="testimonials", anchor="proof", heading="Proof")
    claims.Testimonial.objects.create(name="Ann", role="Engineer", outcome="A job", summary="Well.")

    with pytest.raises(NotPublishable):
        publish(good, bad, by=None, at=MONDAY)

    assert not Publication.objects.exists()


# --- How many queries


def test_public_page_takes_as_many_queries_whatever_it_holds() -> None:
    page = a_page()
    for kind in Section.Kind:
        Section.objects.create(page=page, kind=kind, anchor=kind, heading=kind)
    published(a_page("privacy"))
    few = queries_of_new_page(page)
    for number in range(50):
        Offer.objects.create(title=f"Offer {number}", text="Text")
        Question.objects.create(question="Why?", answer="So.", anchor=f"why-{number}")
        PainPoint.objects.create(page=page, text="Where to?")
        published(a_page(f"other-{number}"))

    assert queries_of_new_page(page) == few == 4  # the next change, the footer, what answers, and its content


@pytest.mark.parametrize("url", ["/", "/guide/", "/old/", "/gone/"])
def test_an_answer_that_is_known_takes_no_query_but_that_for_the_version(owner: User, url: str) -> None:
    published(a_page("home", is_home=True))
    moved, gone = a_page("old"), a_page("gone")
    publish(moved, gone, by=owner, at=timezone.now())
    moved.slug = "guide"
    moved.save()
    published(moved)
    take_off(gone, by=owner, at=timezone.now(), redirect_to="/")

    first = Client().get(url)
    with CaptureQueriesContext(connection) as captured:
        again = Client().get(url)

    # The version is asked of the driver itself, which Django does not see.
    assert len(captured) == 0
    assert (again.status_code, again.content) == (first.status_code, first.content)


def queries_of_new_page(page: LandingPage) -> int:
    published(page)
    with CaptureQueriesContext(connection) as captured:
        Client().get(page.get_absolute_url())
    return sum('FROM "pages_' in query["sql"] for query in captured)


def test_how_pages_stand_takes_no_more_queries_for_more_pages() -> None:
    def add(number: int) -> None:
        page = a_page(f"page-{number}")
        Section.objects.create(page=page, kind="prose", anchor="text", heading="Text")
        published(page)

    add(0)
    with CaptureQueriesContext(connection) as one:
        standings(LandingPage.objects.all(), at=timezone.now())
    for number in range(1, 20):
        add(number)
    with CaptureQueriesContext(connection) as many:
        standings(LandingPage.objects.all(), at=timezone.now())

    assert len(one) == len(many)


# --- What the draft would change


def test_page_says_how_it_stands(owner: User) -> None:
    page = a_page()
    told = [standing_of(page, at=MONDAY).words]
    published(page, at=MONDAY)
    told.append(standing_of(page, at=MONDAY).words)
    edit(page, "Other words.")
    told.append(standing_of(page, at=MONDAY).words)
    take_off(page, by=owner, at=MONDAY)
    told.append(standing_of(page, at=MONDAY).words)

    assert told == ["Not published", "Published", "Unpublished changes", "Taken off"]


def test_differences_are_told_field_by_field_and_item_by_item() -> None:
    page = a_page(message="One old word.")
    section = Section.objects.create(page=page, kind="pain_points", anchor="pains", heading="Doubts")
    first, second, _ = (
        PainPoint.objects.create(page=page, text=text, position=place)
        for place, text in enumerate(["First?", "Second?", "Third?"])
    )
    before = content_of(page)

    edit(page, "One new word.")
    first.delete()
    PainPoint.objects.filter(pk=second.pk).update(position=9)
    PainPoint.objects.create(page=page, text="Fourth?", position=8)
    Section.objects.filter(pk=section.pk).update(kicker="Above")

    assert differences(before, content_of(page)) == [
        Difference("Page", "message", "One old word.", "One new word."),
        Difference("Doubts", "kicker", "", "Above"),
        Difference("Doubts", "order", "Second?\nThird?", "Third?\nSecond?"),
        Difference("Doubts › Fourth?", "text", "", "Fourth?"),
        Difference("Doubts › First?", "text", "First?", ""),
    ]


def test_differing_words_are_marked_and_escaped() -> None:
    difference = Difference("Page", "message", "An <old> word here", "A <new> word here")

    assert difference.before_marked == "<del>An</del> <del>&lt;old&gt;</del> word here"
    assert difference.after_marked == "<ins>A</ins> <ins>&lt;new&gt;</ins> word here"


def test_field_that_an_older_publication_does_not_know_is_no_difference_while_it_is_empty() -> None:
    content = content_of(a_page())
    older = {**content, "page": {name: content["page"][name] for name in ("slug", "title", "message")}}

    assert differences(older, content) == []


def test_line_ends_as_a_browser_sends_them_are_no_difference() -> None:
    page = a_page(message="One.\n\nTwo.")
    before = content_of(page)
    page.message = "One.\r\n\r\nTwo."

    assert differences(before, content_of(page)) == []


def test_number_of_a_row_is_no_difference_while_the_order_stays() -> None:
    page = a_page()
    step = StairStep.objects.create(page=page, label="Senior", position=1)
    before = content_of(page)

    StairStep.objects.filter(pk=step.pk).update(position=7)

    assert differences(before, content_of(page)) == []


# --- What several pages share


@pytest.fixture
def two_pages() -> list[LandingPage]:
    """Two pages on the site that list the same offer."""
    pages = [a_page("first"), a_page("second")]
    for page in pages:
        Section.objects.create(page=page, kind="offers", anchor="offers", heading="What you get")
    Offer.objects.create(title="Calls", text="Weekly.", position=20)
    publish(*pages, by=None, at=MONDAY)
    return pages


def test_change_of_shared_content_reaches_the_pages_that_show_it(two_pages: list[LandingPage]) -> None:
    published(a_page("third"), at=MONDAY)

    Offer.objects.update(text="Daily.")

    found = {str(row.publication.page): row.differences for row in renewals(at=MONDAY)}
    change = [Difference("What you get › Calls", "text", "Weekly.", "Daily.")]
    assert found == {"The first": change, "The second": change}


def test_change_of_the_brand_reaches_every_page(two_pages: list[LandingPage]) -> None:
    Brand(name="Zen").save()

    assert len(renewals(at=MONDAY)) == 2


def test_shared_content_is_published_to_all_and_brings_no_draft_along(
    owner: User, two_pages: list[LandingPage]
) -> None:
    first, _ = two_pages
    edit(first, "Unfinished.")
    Offer.objects.create(page=first, title="Own", text="Unfinished too.", position=10)
    Offer.objects.filter(page=None).update(text="Daily.")

    publish_shared(by=owner, at=MONDAY + DAY)

    shown = [read(f"/{slug}/", at=MONDAY + DAY) for slug in ("first", "second")]
    assert ["Daily." in page for page in shown] == [True, True]
    assert ["Unfinished" in page for page in shown] == [False, False]
    assert renewals(at=MONDAY + DAY) == []


def test_own_and_shared_items_keep_their_order(owner: User, two_pages: list[LandingPage]) -> None:
    first, _ = two_pages
    for title, position in (("Before", 10), ("After", 30)):
        Offer.objects.create(page=first, title=title, text="Own.", position=position)
    published(first, at=MONDAY)
    Offer.objects.create(title="Plan", text="Shared.", position=25)

    publish_shared(by=owner, at=MONDAY + DAY)

    live = Publication.objects.live(MONDAY + DAY).get(page=first)
    assert live.content
    titles = [offer["title"] for section in live.content["sections"] for offer in section["items"]]
    assert titles == ["Before", "Calls", "Plan", "After"]


# --- Many readers


@pytest.mark.django_db(transaction=True)
def test_no_reader_sees_a_draft_or_anything_old() -> None:
    page = a_page(message="Version 0.")
    published(page)

    def shown() -> str:
        try:
            text = Client().get("/guide/").content.decode()
        finally:
            connections.close_all()
        return text[text.index("Version ") :].split(".")[0]

    with ThreadPoolExecutor(8) as readers:
        for number in range(1, 6):
            edit(page, f"Version {number}.")
            before = [reader.result() for reader in [readers.submit(shown) for _ in range(8)]]
            published(page)
            after = [reader.result() for reader in [readers.submit(shown) for _ in range(8)]]

            assert set(before) == {f"Version {number - 1}"}
            assert set(after) == {f"Version {number}"}
