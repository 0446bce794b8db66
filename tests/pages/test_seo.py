"""What a page tells search engines and those who preview a link, checked word by word."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from pages.content import content_of
from pages.models import Brand, LandingPage, Mentor, Offer, Section
from pages.seo import head_of, structured_data
from pages.sharing.picture import picture_url
from tests.pages.factories import a_page, published

pytestmark = pytest.mark.django_db

SITE = "https://coach.example"
PAGES = ["/", "/backend-developer-to-ai-engineer/", "/privacy/", "/terms/"]

# The part of schema.org's vocabulary that the site uses: for each type, what it must say, and what it may.
VOCABULARY: dict[str, tuple[set[str], set[str]]] = {
    "Person": ({"name"}, {"jobTitle", "url"}),
    "Service": ({"name"}, {"description", "url", "provider", "hasOfferCatalog"}),
    "OfferCatalog": ({"name", "itemListElement"}, set()),
    "Offer": ({"itemOffered"}, set()),
    "WebSite": ({"name", "url", "inLanguage", "publisher"}, set()),
    "BreadcrumbList": ({"itemListElement"}, set()),
    "ListItem": ({"position", "name", "item"}, set()),
}


@pytest.fixture(autouse=True)
def public_address(settings: Settings) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def starter() -> None:
    call_command("load_starter_page", verbosity=0)


@pytest.fixture
def page() -> LandingPage:
    """A page with a mentor and an offer."""
    Brand(name="Zen", role="Engineer", programme="The programme").save()
    page = a_page("guide", title="Guide: the way", message="A message.")
    for position, kind in enumerate(["mentor", "offers"]):
        Section.objects.create(page=page, kind=kind, anchor=kind, heading=kind.title(), position=position)
    Mentor.objects.create(name="Zen", story="S", caption="C", drawing_description="D")
    Offer.objects.create(title="Weekly calls", text="Every week.")
    return page


class Reader(HTMLParser):
    """Gathers what a crawler reads of a head, and every other host that the page would load from."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.loaded: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        match tag:
            case "meta":
                name = given.get("property") or given.get("name")
                self.metas[name or ""] = given.get("content") or ""
            case "link":
                self.links[given["rel"] or ""] = given["href"] or ""
            case "script":
                self.scripts.append(given)
        if tag in {"script", "img", "iframe", "link"} and given.get("rel") != "canonical":
            self.loaded.append(given.get("src") or given.get("href") or "")


def source_of(url: str) -> str:
    return Client().get(url, headers={"accept-encoding": "identity"}).content.decode()


def data_in(source: str) -> Any:
    [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', source, re.DOTALL)
    return json.loads(script)


# --- The head


def test_head_of_a_page_says_everything_that_a_preview_shows(page: LandingPage) -> None:
    page.seo_title, page.seo_description = "Search title", "Search description"
    page.save()
    published(page)

    read = Reader(source_of("/guide/"))

    assert read.links["canonical"] == f"{SITE}/guide/"
    assert {
        name: read.metas[name] for name in read.metas if name.startswith(("og:", "twitter:", "desc"))
    } == {
        "description": "Search description",
        "og:type": "website",
        "og:title": "Search title",
        "og:description": "Search description",
        "og:url": f"{SITE}/guide/",
        "og:site_name": "Zen",
        "og:locale": "en_GB",
        "og:image": SITE + picture_url(content_of(page)),
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "“Guide: the way”, by Zen.",
        "twitter:card": "summary_large_image",
    }


def test_picture_of_the_head_can_be_fetched(page: LandingPage) -> None:
    published(page)

    address = urlsplit(Reader(source_of("/guide/")).metas["og:image"]).path

    assert Client().get(address)["Content-Type"] == "image/png"


def test_picture_that_staff_chose_takes_the_place_of_the_drawn_one(page: LandingPage) -> None:
    content = content_of(page)
    content["page"]["sharing_picture"] = {
        "key": "abc",
        "ending": "jpg",
        "width": 2000,
        "height": 1000,
        "alternative_text": "A desk",
    }

    assert head_of(content).picture == {
        "url": f"{SITE}/media/pictures/abc-1440.jpg",
        "width": 1440,
        "height": 720,
        "alt": "A desk",
    }


def test_heading_and_message_stand_in_for_missing_words(page: LandingPage) -> None:
    page.message = "A long message. " * 30

    head = head_of(content_of(page))

    assert head.title == "Guide: the way"
    assert head.description.startswith("A long message.")
    assert len(head.description) == 170


def test_home_page_is_canonical_at_the_root(starter: None) -> None:
    heads = [Reader(source_of(url)).links["canonical"] for url in ("/", "/ai-architect-vs-ai-engineer/")]

    assert heads == [f"{SITE}/", f"{SITE}/"]


@pytest.mark.parametrize("url", PAGES)
def test_nothing_is_loaded_from_another_host(starter: None, url: str) -> None:
    read = Reader(source_of(url))

    assert [address for address in read.loaded if address and not address.startswith("/")] == []


@pytest.mark.parametrize("url", PAGES)
def test_title_and_description_have_a_fitting_length(starter: None, url: str) -> None:
    metas = Reader(source_of(url)).metas

    assert len(metas["og:title"]) <= 70
    assert 50 <= len(metas["description"]) <= 170


# --- Structured data


def unknown_words(node: Any) -> list[str]:
    """What schema.org would not find in the vocabulary above, and what it would miss."""
    if isinstance(node, list):
        return [word for part in node for word in unknown_words(part)]
    if not isinstance(node, dict):
        return [] if node not in ("", None) else ["an empty value"]
    if set(node) == {"@id"}:
        return []
    kind = node.get("@type", "nothing")
    required, allowed = VOCABULARY.get(kind, (set(), set()))
    names = {name for name in node if not name.startswith("@")}
    return [
        *([] if kind in VOCABULARY else [f"type {kind}"]),
        *(f"{kind} lacks {name}" for name in sorted(required - names)),
        *(f"{kind} has {name}" for name in sorted(names - required - allowed)),
        *(word for name in names for word in unknown_words(node[name])),
    ]


@pytest.mark.parametrize("url", PAGES)
def test_structured_data_uses_the_vocabulary_and_refers_to_what_is_there(starter: None, url: str) -> None:
    data = data_in(source_of(url))

    text = json.dumps(data)
    named = {node["@id"] for node in data["@graph"] if "@id" in node}
    referred = set(re.findall(r'\{"@id": "([^"]+)"\}', text))
    assert set(data) == {"@context", "@graph"}
    assert data["@context"] == "https://schema.org"
    assert unknown_words(data["@graph"]) == []
    assert referred <= named


def test_each_page_says_who_what_and_where(starter: None) -> None:
    kinds = {url: [node["@type"] for node in data_in(source_of(url))["@graph"]] for url in PAGES}

    assert kinds == {
        "/": ["Person", "Service", "WebSite"],
        "/backend-developer-to-ai-engineer/": ["Person", "Service", "BreadcrumbList"],
        "/privacy/": ["BreadcrumbList"],
        "/terms/": ["BreadcrumbList"],
    }


def test_nobody_reviews_himself(starter: None) -> None:
    texts = [json.dumps(data_in(source_of(url))) for url in PAGES]

    assert [word for word in ("Review", "Rating", "FAQPage") for text in texts if word in text] == []


def test_structured_data_of_a_page_in_full(page: LandingPage) -> None:
    assert structured_data(content_of(page))["@graph"] == [
        {
            "@type": "Person",
            "@id": f"{SITE}/#person",
            "name": "Zen",
            "jobTitle": "Engineer",
            "url": f"{SITE}/",
        },
        {
            "@type": "Service",
            "name": "The programme",
            "description": "A message.",
            "url": f"{SITE}/guide/#offers",
            "provider": {"@id": f"{SITE}/#person"},
            "hasOfferCatalog": {
                "@type": "OfferCatalog",
                "name": "Offers",
                "itemListElement": [
                    {"@type": "Offer", "itemOffered": {"@type": "Service", "name": "Weekly calls"}}
                ],
            },
        },
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": 1, "name": "Zen", "item": f"{SITE}/"},
                {"@type": "ListItem", "position": 2, "name": "Guide: the way", "item": f"{SITE}/guide/"},
            ],
        },
    ]


def test_mentor_who_is_not_the_owner_has_an_identity_of_the_page(page: LandingPage) -> None:
    Mentor.objects.update(name="Mia Moor")

    person, service, _ = structured_data(content_of(page))["@graph"]

    assert person == {
        "@type": "Person",
        "@id": f"{SITE}/guide/#mia-moor",
        "name": "Mia Moor",
        "url": f"{SITE}/",
    }
    assert service["provider"] == {"@id": person["@id"]}


def test_offer_without_a_mentor_is_the_owners(page: LandingPage) -> None:
    Mentor.objects.all().delete()

    service, _ = structured_data(content_of(page))["@graph"]

    assert service["provider"] == {"@type": "Person", "name": "Zen"}


def test_no_text_breaks_out_of_the_script(page: LandingPage) -> None:
    hostile = "</script><script>alert(1)</script><!-- & \u2028"
    Offer.objects.update(title=hostile)
    page.title = hostile
    page.save()
    published(page)

    source = source_of("/guide/")

    offered = data_in(source)["@graph"][1]["hasOfferCatalog"]["itemListElement"][0]["itemOffered"]
    assert offered["name"] == hostile
    assert [script.get("type") for script in Reader(source).scripts if not script.get("src")] == [
        "application/ld+json"
    ]
