"""Where pages are found: after a move, after they were taken off, and when two want one address."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as given_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from pages.models import LandingPage, Publication
from pages.models.publication import NotPublishable
from pages.publishing import places_to_lead_to, publish, publish_again, take_off
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def answer(url: str) -> tuple[int, str]:
    response = Client().get(url)
    return response.status_code, response.headers.get("Location", "")


def move(page: LandingPage, slug: str, *, at: datetime = NOW) -> Publication:
    page.slug = slug
    page.save()
    return published(page, at=at)


# --- Moved


def test_old_address_leads_to_the_new_one_and_keeps_the_campaign() -> None:
    page = a_page("old")
    published(page, at=NOW)

    move(page, "new")

    assert answer("/old/?utm_source=letter") == (301, "/new/?utm_source=letter")
    assert answer("/new/")[0] == 200


def test_every_old_address_leads_straight_to_the_present_one() -> None:
    page = a_page("first")
    for slug in ("first", "second", "third"):
        move(page, slug)

    assert [answer(f"/{slug}/") for slug in ("first", "second")] == [(301, "/third/"), (301, "/third/")]


def test_new_address_of_a_draft_is_not_found_yet() -> None:
    page = a_page("old")
    published(page, at=NOW)

    page.slug = "new"
    page.save()

    assert [answer("/old/")[0], answer("/new/")[0]] == [200, 404]


def test_page_that_moves_back_is_found_there_and_no_cache_keeps_the_way_away() -> None:
    page = a_page("old")
    published(page, at=NOW)
    move(page, "new")
    kept = Client().get("/old/").headers["Cache-Control"]

    move(page, "old")

    assert kept == "no-cache"
    assert [answer("/old/"), answer("/new/")] == [(200, ""), (301, "/old/")]


def test_another_page_may_take_an_address_that_was_left() -> None:
    first = a_page("guide")
    published(first, at=NOW)
    move(first, "manual")

    published(a_page("guide", title="Another"), at=NOW)

    assert "Another" in Client().get("/guide/").content.decode()


def test_old_version_comes_back_at_its_own_address(owner: User) -> None:
    page = a_page("old")
    first = published(page, at=NOW)
    move(page, "new")

    publish_again(first, by=owner, at=NOW)

    assert [answer("/old/")[0], answer("/new/")] == [200, (301, "/old/")]


def test_root_leads_to_the_page_that_was_home() -> None:
    page = a_page("start", is_home=True)
    published(page, at=NOW)

    page.is_home = False
    page.save()
    published(page, at=NOW)

    assert answer("/") == (301, "/start/")


def test_home_page_answers_at_its_own_address_too() -> None:
    published(a_page("start", is_home=True), at=NOW)

    assert [answer("/")[0], answer("/start/")[0]] == [200, 200]


def test_legal_pages_stay_in_the_footer_only_while_they_are_on_the_site(owner: User) -> None:
    terms = a_page("terms", title="Terms")
    publish(a_page("guide"), terms, by=None, at=NOW)
    before = Client().get("/guide/").content.decode()

    take_off(terms, by=owner, at=NOW)

    after = Client().get("/guide/").content.decode()
    assert ['href="/terms/"' in page for page in (before, after)] == [True, False]


# --- Taken


def test_address_that_readers_know_is_refused_to_another_page() -> None:
    first = a_page("guide", title="The first")
    published(first, at=NOW)
    first.slug = "manual"
    first.save()

    with pytest.raises(NotPublishable) as refusal:
        published(a_page("guide"), at=NOW)

    assert refusal.value.sentences == (
        "Readers know “The first” at /guide/. Publish it at another address first.",
    )


def test_address_that_a_planned_page_will_have_is_refused_too() -> None:
    first = a_page("guide")
    published(first, at=NOW, counts_from=timezone.now() + DAY)
    first.slug = "manual"
    first.save()

    with pytest.raises(NotPublishable):
        published(a_page("guide"), at=NOW)


def test_two_pages_swap_addresses_in_one_step() -> None:
    first, second = a_page("left", title="First"), a_page("right", title="Second")
    publish(first, second, by=None, at=NOW)
    for page, slug in ((first, "aside"), (second, "left"), (first, "right")):
        page.slug = slug
        page.save()

    publish(first, second, by=None, at=NOW)

    shown = {row.slug: row.title for row in Publication.objects.live(NOW)}
    assert shown == {"right": "First", "left": "Second"}


def test_second_home_page_is_refused_until_the_first_is_none() -> None:
    first = a_page("first", is_home=True)
    published(first, at=NOW)
    first.is_home = False
    first.save()
    second = a_page("second", is_home=True)

    with pytest.raises(NotPublishable, match="“The first” is the home page"):
        published(second, at=NOW)
    publish(first, second, by=None, at=NOW)

    assert answer("/")[0] == 200


@pytest.mark.parametrize("slug", ["book", "admin", "static", "media", "livez", "readyz"])
def test_address_of_another_part_of_the_site_is_refused(slug: str) -> None:
    page = LandingPage(slug=slug, title="Mine", message="Read.")

    with pytest.raises(ValidationError, match="another part of the site"):
        page.full_clean()
    page.save()
    with pytest.raises(NotPublishable, match="another part of the site"):
        published(page, at=NOW)


# --- Taken off


def test_page_that_is_taken_off_can_lead_to_another(owner: User) -> None:
    page, other = a_page("old"), a_page("other")
    publish(page, other, by=None, at=NOW)

    take_off(page, by=owner, at=NOW, redirect_to="/other/")

    assert answer("/old/?utm_source=x") == (301, "/other/?utm_source=x")


def test_redirect_follows_a_page_that_moves(owner: User) -> None:
    page, other = a_page("old"), a_page("other")
    publish(page, other, by=None, at=NOW)
    take_off(page, by=owner, at=NOW, redirect_to="/other/")

    move(other, "better")

    assert [answer("/old/"), answer("/other/")] == [(301, "/other/"), (301, "/better/")]


def test_redirect_leads_to_a_page_that_stays_on_the_site(owner: User) -> None:
    page, leaving, staying = a_page("page"), a_page("leaving"), a_page("staying")
    publish(page, leaving, staying, by=None, at=NOW)
    a_page("draft")
    take_off(leaving, by=owner, at=NOW, counts_from=timezone.now() + DAY)

    assert places_to_lead_to(page, at=NOW) == {"/staying/": "The staying"}
    for place in ("/page/", "/leaving/", "/draft/", "/book/", "https://elsewhere.example/"):
        with pytest.raises(NotPublishable, match="stays on the site"):
            take_off(page, by=owner, at=NOW, redirect_to=place)


def test_address_of_a_page_that_is_gone_is_free_again(owner: User) -> None:
    first = a_page("guide")
    published(first, at=NOW)
    take_off(first, by=owner, at=NOW)
    LandingPage.objects.filter(pk=first.pk).update(slug="aside")

    published(a_page("guide", title="Another"), at=NOW)

    assert answer("/guide/")[0] == 200


# --- No chain is a ring

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "take off", "lead to", "go back"]),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from([timedelta(0), timedelta(minutes=90)]),
    ),
    max_size=12,
)
SLUGS = ["a", "b", "c"]


class TestNoRing(TestCase):
    """Whatever staff do, now or for later: no two pages at one address, and every way ends."""

    @given(acts=ACTS)
    @given_settings(max_examples=40)
    def test_every_redirect_ends(self, acts: list[tuple[str, int, int, timedelta]]) -> None:
        user = User.objects.create_user("editor")
        pages = [a_page(slug) for slug in SLUGS]
        for hour, (act, page, other, later) in enumerate(acts):
            with suppress(NotPublishable):
                do(act, pages[page], SLUGS[other], by=user, at=NOW + timedelta(hours=hour), later=later)

        for moment in (len(acts), len(acts) + 1):
            at = NOW + timedelta(hours=moment)
            live = list(Publication.objects.live(at).values_list("slug", flat=True))
            assert len(live) == len(set(live))
            assert {ends(slug, at=at) for slug in SLUGS} <= {"page", "gone", "nothing"}


def do(act: str, page: LandingPage, slug: str, *, by: User, at: datetime, later: timedelta) -> None:
    match act:
        case "publish":
            if not LandingPage.objects.exclude(pk=page.pk).filter(slug=slug).exists():
                page.slug = slug
                page.save()
            publish(page, by=by, at=at, counts_from=at + later)
        case "take off":
            take_off(page, by=by, at=at, counts_from=at + later)
        case "lead to":
            take_off(page, by=by, at=at, counts_from=at + later, redirect_to=f"/{slug}/")
        case "go back":
            for publication in page.publications.filter(kind="page").order_by("pk")[:1]:
                publish_again(publication, by=by, at=at)


def ends(slug: str, *, at: datetime) -> str:
    """Follows the way from an address as a browser does, which gives up some day."""
    for _ in range(10):
        publication = Publication.objects.answering(Q(slug=slug), at=at).first()
        if publication is None:
            return "nothing"
        if publication.kind == "gone":
            return "gone"
        if publication.slug == slug:
            return "page"
        slug = publication.slug or publication.redirect_to.strip("/")
    return "ring"
