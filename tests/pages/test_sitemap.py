"""What crawlers ask for first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests.counting import queries_of
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(autouse=True)
def public_address(settings: Settings) -> None:
    settings.SITE_URL = "https://coach.example"


def entries() -> list[tuple[str | None, str | None]]:
    answer = Client().get("/sitemap.xml", headers={"accept-encoding": "identity"})
    assert answer["Content-Type"] == "application/xml"
    tree = ElementTree.fromstring(answer.content)  # noqa: S314  (our own)
    return [
        (url.findtext("s:loc", namespaces=NAMES), url.findtext("s:lastmod", namespaces=NAMES))
        for url in tree.findall("s:url", NAMES)
    ]


def test_sitemap_says_since_when_each_page_reads_as_it_does() -> None:
    published(a_page("home", is_home=True), at=MONDAY)
    guide = a_page("guide")
    published(guide, at=MONDAY)
    published(guide, at=MONDAY + timedelta(days=1))

    assert entries() == [
        ("https://coach.example/", "2026-11-02T09:00:00+00:00"),
        ("https://coach.example/guide/", "2026-11-03T09:00:00+00:00"),
    ]


def test_edit_that_is_not_published_changes_no_date() -> None:
    guide = a_page("guide")
    published(guide, at=MONDAY)
    before = entries()

    guide.save()

    assert entries() == before


def test_drafts_and_pages_of_later_are_not_listed() -> None:
    a_page("draft")
    now = datetime.now(UTC)
    published(a_page("tomorrow"), at=now, counts_from=now + timedelta(days=1))

    assert entries() == []


def test_every_address_of_the_starter_site_answers() -> None:
    call_command("load_starter_page", verbosity=0)

    answers = {
        url: Client().get(url.removeprefix("https://coach.example")).status_code
        for url, _ in entries()
        if url
    }

    assert answers == {
        "https://coach.example/": 200,
        "https://coach.example/backend-developer-to-ai-engineer/": 200,
        "https://coach.example/privacy/": 200,
        "https://coach.example/terms/": 200,
    }


def test_host_that_was_asked_appears_nowhere() -> None:
    published(a_page("guide"))

    texts = [
        Client().get(url, headers={"host": "localhost", "accept-encoding": "identity"}).content.decode()
        for url in ("/sitemap.xml", "/robots.txt", "/guide/")
    ]

    assert ["localhost" in text for text in texts] == [False, False, False]


def test_queries_do_not_grow_with_the_pages() -> None:
    published(a_page("first"))
    few = queries_of(Client(), "/sitemap.xml")
    for number in range(5):
        published(a_page(f"page-{number}"))

    assert queries_of(Client(), "/sitemap.xml") == few


def test_robots_are_kept_from_what_is_not_for_reading() -> None:
    answer = Client().get("/robots.txt", headers={"accept-encoding": "identity"})

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /calls/",
        "Disallow: /calendar/",
        "Disallow: /book/?",
        "",
        "Sitemap: https://coach.example/sitemap.xml",
    ]


def test_robots_file_names_the_addresses_that_the_site_has() -> None:
    addresses = [
        reverse("admin:index"),
        reverse("call", args=["token"]).removesuffix("token/"),
        reverse("calendar_feed", args=["secret"]).removesuffix("secret.ics"),
        reverse("book") + "?",
    ]

    text = Client().get("/robots.txt", headers={"accept-encoding": "identity"}).content.decode()

    assert [line.removeprefix("Disallow: ") for line in text.splitlines() if "Disallow" in line] == addresses
