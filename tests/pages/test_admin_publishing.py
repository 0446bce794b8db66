"""Publishing as staff do it on the desk."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from pages.models import Brand, LandingPage, Offer, Publication, Section, claims
from pages.publishing import standing_of, take_off
from tests.counting import queries_of
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

PAGES = "/admin/pages/landingpage/"
SHARED = f"{PAGES}shared/"
DAY = timedelta(days=1)


def changed_page(slug: str = "guide") -> LandingPage:
    page = a_page(slug, message="Old words.")
    published(page, at=timezone.now() - DAY)
    page.message = "New words."
    page.save()
    return page


def post(client: Client, url: str, **data: Any) -> list[str]:
    """What staff are told afterwards."""
    response = client.post(url, data, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def typed(moment: datetime) -> str:
    """As a browser sends it, by the clock of the desk."""
    return timezone.localtime(moment, timezone.get_current_timezone()).strftime("%Y-%m-%dT%H:%M")


def live(page: LandingPage, *, at: datetime | None = None) -> str:
    publication = Publication.objects.live(at or timezone.now()).filter(page=page).first()
    return str((publication.content or {})["page"]["message"]) if publication else ""


# --- Publish, now and later


def test_publishing_page_tells_the_difference_in_words(as_editor: Client) -> None:
    page = changed_page()

    text = as_editor.get(f"{PAGES}{page.pk}/publishing/").content.decode()

    assert "<del>Old</del> words." in text
    assert "<ins>New</ins> words." in text


def test_draft_is_published(as_editor: Client, editor: User) -> None:
    page = changed_page()

    told = post(as_editor, f"{PAGES}{page.pk}/publish/")

    assert told == ["Published. Readers see it now."]
    assert live(page) == "New words."
    assert page.publications.order_by("pk").last() == Publication.objects.get(by=editor)


def test_draft_is_planned_and_the_plan_is_listed_and_withdrawn(as_editor: Client) -> None:
    page = changed_page()
    moment = timezone.now() + DAY

    told = post(as_editor, f"{PAGES}{page.pk}/publish/", counts_from=typed(moment))
    planned = page.publications.get(counts_from__gt=timezone.now())
    listed = [
        f"/admin/pages/publication/{planned.pk}/change/" in as_editor.get(url).content.decode()
        for url in (f"{PAGES}{page.pk}/publishing/", "/admin/pages/publication/?when=coming", "/admin/")
    ]
    told += post(as_editor, f"/admin/pages/publication/{planned.pk}/withdraw/")

    assert told[0].startswith("Readers see it from ")
    assert told[1] == "Withdrawn. Readers will not see it."
    assert listed == [True, True, True]
    assert live(page, at=moment + DAY) == "Old words."


def test_time_is_read_by_the_clock_of_the_desk(as_editor: Client) -> None:
    page = changed_page()

    post(as_editor, f"{PAGES}{page.pk}/publish/", counts_from="2030-07-01T09:00")

    planned = page.publications.get(counts_from__gt=timezone.now())
    assert planned.counts_from.isoformat() == "2030-07-01T07:00:00+00:00"


def test_time_that_has_passed_is_refused_and_stays_in_the_field(as_editor: Client) -> None:
    page = changed_page()

    response = as_editor.post(f"{PAGES}{page.pk}/publish/", {"counts_from": "2020-01-01T09:00"})

    text = response.content.decode()
    assert response.status_code == 422
    assert "This time has passed." in text
    assert 'value="2020-01-01T09:00"' in text
    assert live(page) == "Old words."


def test_time_at_the_end_of_the_calendar_is_refused(as_editor: Client) -> None:
    page = changed_page()

    response = as_editor.post(f"{PAGES}{page.pk}/publish/", {"counts_from": "9999-12-31T23:59Z"})

    assert response.status_code == 422
    assert "This time is more than ten years away." in response.content.decode()


def test_what_has_come_meanwhile_is_not_withdrawn(as_editor: Client) -> None:
    publication = published(a_page())

    told = post(as_editor, f"/admin/pages/publication/{publication.pk}/withdraw/")

    assert told == ["Its time had come already, so it stays. Nothing was changed."]


def test_claim_that_lacks_something_is_named_before_and_after_the_attempt(as_editor: Client) -> None:
    page = a_page()
    Section.objects.create(page=page, kind="testimonials", anchor="proof", heading="Proof")
    claims.Testimonial.objects.create(name="Ann", role="Engineer", outcome="A job", summary="Well.")
    sentence = "The testimonial of Ann needs a recorded permission and its date."

    before = as_editor.get(f"{PAGES}{page.pk}/publishing/").content.decode()
    told = post(as_editor, f"{PAGES}{page.pk}/publish/")

    assert sentence in before
    assert told == ["Nothing was changed on the site.", sentence]


# --- Take off, and go back


def test_page_is_taken_off_or_leads_to_another(as_editor: Client) -> None:
    first, second, third = changed_page("first"), changed_page("second"), changed_page("third")

    told = post(as_editor, f"{PAGES}{first.pk}/take-off/", redirect_to="")
    told += post(as_editor, f"{PAGES}{second.pk}/take-off/", redirect_to="/third/")

    assert told == ["Taken off the site.", "Taken off the site."]
    assert [Client().get(f"/{slug}/").status_code for slug in ("first", "second", "third")] == [410, 301, 200]
    assert standing_of(third, at=timezone.now()).live


def test_form_offers_only_pages_that_stay_on_the_site(as_editor: Client, owner: User) -> None:
    page, gone = changed_page("page"), changed_page("gone")
    changed_page("other")
    take_off(gone, by=owner, at=timezone.now())

    text = as_editor.get(f"{PAGES}{page.pk}/publishing/").content.decode()

    assert re.findall(r'<option value="([^"]*)"', text) == ["", "/other/"]


def test_older_version_is_looked_at_compared_and_published_again(as_editor: Client) -> None:
    page = changed_page()
    first = page.publications.get()
    published(page)

    url = f"/admin/pages/publication/{first.pk}/"
    compared = as_editor.get(f"{url}change/").content.decode()
    seen = as_editor.get(f"{url}seen/").content.decode()
    told = post(as_editor, f"{url}again/")

    assert "<ins>Old</ins> words." in compared
    assert "Old words." in seen
    assert told == ["Readers see this version again. The draft is as it was."]
    assert live(page) == "Old words."


def test_history_lists_what_readers_saw_and_by_whom(as_editor: Client) -> None:
    page = changed_page()
    post(as_editor, f"{PAGES}{page.pk}/publish/")
    post(as_editor, f"{PAGES}{page.pk}/take-off/", redirect_to="")

    response = as_editor.get(f"{PAGES}{page.pk}/publishing/")

    kinds = [(row.kind, str(row.by)) for row in response.context["history"]]
    assert kinds == [("gone", "editors"), ("page", "editors"), ("page", "None")]


# --- The list and the form


def test_list_and_form_say_that_changes_are_unpublished(as_editor: Client) -> None:
    page = changed_page()

    for url in (PAGES, f"{PAGES}{page.pk}/change/", "/admin/"):
        assert ">Unpublished changes</a>" in as_editor.get(url).content.decode()


def test_form_is_saved_straight_into_the_preview(as_editor: Client) -> None:
    page = changed_page()

    answers = [
        as_editor.post(f"{PAGES}{page.pk}/change/", filled_in("Newer.") | {button: "1"}).headers["Location"]
        for button in ("_preview", "_publishing", "_save")
    ]

    assert answers == [f"{PAGES}{page.pk}/preview/", f"{PAGES}{page.pk}/publishing/", PAGES]
    assert live(page) == "Old words."


def test_saving_a_page_says_that_readers_do_not_see_it_yet(as_editor: Client) -> None:
    page = changed_page()
    url = f"{PAGES}{page.pk}/change/"

    changed = post(as_editor, url, **filled_in("Newer."), _save="1")
    as_before = post(as_editor, url, **filled_in("Old words."), _save="1")

    assert [told for told in changed if "do not see this yet" in told and f"{page.pk}/publishing/" in told]
    assert not [told for told in as_before if "do not see" in told]


def filled_in(message: str) -> dict[str, str]:
    """The form of a page without rows of its own."""
    form = {"title": "The guide", "message": message, "slug": "guide"}
    for prefix in ("steps", "sections", "painpoint_set", "scopepoint_set"):
        form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    return form


def test_page_that_readers_see_or_will_see_cannot_be_deleted(as_editor: Client, owner: User) -> None:
    seen, planned, draft, gone = (a_page(slug) for slug in ("seen", "planned", "draft", "gone"))
    now = timezone.now()
    published(seen)
    published(planned, counts_from=now + DAY)
    published(gone)
    take_off(gone, by=owner, at=timezone.now())

    answers = [as_editor.get(f"{PAGES}{page.pk}/delete/").status_code for page in (seen, planned, draft)]

    assert answers == [403, 403, 200]


# --- What several pages share


@pytest.fixture
def offer() -> Offer:
    """An offer of every page, shown on two pages of the site."""
    offer = Offer.objects.create(title="Calls", text="Weekly.")
    for slug in ("first", "second"):
        page = a_page(slug)
        Section.objects.create(page=page, kind="offers", anchor="offers", heading="What you get")
        published(page)
    return offer


def test_form_of_a_shared_item_names_the_pages_that_show_it(as_editor: Client, offer: Offer) -> None:
    published(a_page("third"))

    reach = as_editor.get(f"/admin/pages/offer/{offer.pk}/change/").context["reach"]

    assert [str(place["page"]) for place in reach] == ["The first", "The second"]


def test_form_of_a_page_s_own_item_names_that_page_alone(as_editor: Client, offer: Offer) -> None:
    own = Offer.objects.create(title="Own", text="Mine.", page=LandingPage.objects.get(slug="first"))

    reach = as_editor.get(f"/admin/pages/offer/{own.pk}/change/").context["reach"]

    assert [str(place["page"]) for place in reach] == ["The first"]


def test_shared_change_is_offered_and_published_to_all_in_one_step(as_editor: Client, offer: Offer) -> None:
    form = {"title": "Calls", "text": "Daily.", "position": 0}

    told = post(as_editor, f"/admin/pages/offer/{offer.pk}/change/", **form)
    offered = as_editor.get(SHARED).content.decode()
    told += post(as_editor, SHARED)

    assert SHARED in told[0] + told[1]
    assert "2 pages" in told[0] + told[1]
    assert offered.count("<ins>Daily.</ins>") == 1
    assert told[-1] == "Published to all of these pages."
    assert ["Daily." in Client().get(f"/{slug}/").content.decode() for slug in ("first", "second")] == [
        True,
        True,
    ]


def test_change_of_the_brand_is_offered_too(as_editor: Client, offer: Offer) -> None:
    Brand(name="Zen").save()

    text = as_editor.get(SHARED).content.decode()

    assert "Publish to 2 pages" in text


def test_nothing_is_offered_when_every_page_shows_the_newest(as_editor: Client, offer: Offer) -> None:
    assert "Every page on the site shows the newest version." in as_editor.get(SHARED).content.decode()


# --- Who may


def test_who_may_edit_but_not_publish_sees_the_page_and_no_button(as_editor: Client, offer: Offer) -> None:
    page = changed_page()
    Group.objects.get(name="Editors").permissions.remove(
        *Permission.objects.filter(codename__in=["add_publication", "delete_publication"])
    )
    planned = published(page, counts_from=timezone.now() + DAY)
    acts = [
        f"{PAGES}{page.pk}/publish/",
        f"{PAGES}{page.pk}/take-off/",
        SHARED,
        f"/admin/pages/publication/{planned.pk}/again/",
        f"/admin/pages/publication/{planned.pk}/withdraw/",
    ]

    response = as_editor.get(f"{PAGES}{page.pk}/publishing/")

    assert response.status_code == 200
    assert "verb-confirm" not in response.content.decode()
    assert [as_editor.post(url).status_code for url in acts] == [403] * 5


@pytest.mark.parametrize("path", ["publish/", "take-off/"])
def test_a_link_alone_acts_on_nothing(as_editor: Client, path: str) -> None:
    page = changed_page()

    assert as_editor.get(f"{PAGES}{page.pk}/{path}").status_code == 405


def test_adviser_sees_and_does_nothing(as_adviser: Client, offer: Offer) -> None:
    page = changed_page()
    urls = [SHARED, f"{PAGES}{page.pk}/publish/", f"{PAGES}{page.pk}/take-off/", "/admin/pages/publication/"]

    answers = [as_adviser.post(url).status_code for url in urls]

    assert answers == [403, 403, 403, 403]


# --- How many queries


@pytest.mark.parametrize("url", [PAGES, SHARED, "/admin/", "/admin/pages/publication/"])
def test_more_pages_and_publications_take_no_more_queries(as_editor: Client, url: str) -> None:
    def add(number: int) -> None:
        page = changed_page(f"page-{number}")
        Section.objects.create(page=page, kind="prose", anchor="text", heading="Text")
        published(page, counts_from=timezone.now() + DAY)

    for number in range(2):
        add(number)
    few = queries_of(as_editor, url)
    for number in range(2, 12):
        add(number)

    assert queries_of(as_editor, url) == few
