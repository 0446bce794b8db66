"""How a page is found: what it tells search engines and those who make a preview of a shared link.

Made from a page's content alone, so that it holds for drafts and for frozen content alike. Every address
is that of the public site, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.template.defaultfilters import slugify
from django.utils.text import Truncator

from pages.content import Content
from pages.pictures.shown import shared
from pages.sharing.picture import described, picture_url
from pages.sharing.sheet import HEIGHT, WIDTH

LONGEST_DESCRIPTION = 170
LOCALE = "en_GB"

Node = dict[str, Any]
"""What is written as one object: a picture's facts, or a thing in the words of schema.org."""


@dataclass(frozen=True)
class Head:
    title: str
    description: str
    url: str
    site_name: str
    picture: Node
    locale: str = LOCALE


def head_of(content: Content) -> Head:
    page = content["page"]
    return Head(
        title=page["seo_title"] or page["title"],
        description=description_of(content),
        url=absolute(page["url"]),
        site_name=content["brand"]["name"],
        picture=picture_of(content),
    )


def picture_of(content: Content) -> Node:
    """The one that staff chose; else the one that the site draws."""
    if chosen := content["page"].get("sharing_picture"):
        return {**shared(chosen), "alt": chosen["alternative_text"]}
    url = absolute(picture_url(content))
    return {"url": url, "width": WIDTH, "height": HEIGHT, "alt": described(content)}


def description_of(content: Content) -> str:
    """What staff wrote for search engines; else the page's message, which may be longer."""
    page = content["page"]
    return str(page["seo_description"] or Truncator(page["message"]).chars(LONGEST_DESCRIPTION))


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


# --- In the words of schema.org


def structured_data(content: Content) -> Node:
    """Who speaks, what is offered, and where the page stands on the site. Only what readers see on it."""
    place = website(content) if content["page"]["is_home"] else breadcrumbs(content)
    nodes = [*people(content), *services(content), place]
    return {"@context": "https://schema.org", "@graph": nodes}


def people(content: Content) -> list[Node]:
    brand = content["brand"]
    roles = {brand["name"]: brand["role"]}
    return [
        _without_gaps(
            {
                "@type": "Person",
                "@id": _person_id(mentor["name"], content),
                "name": mentor["name"],
                "jobTitle": roles.get(mentor["name"]),
                "url": absolute("/"),
            }
        )
        for mentor in _items(content, "mentor")
    ]


def services(content: Content) -> list[Node]:
    """The coaching, with the parts that each section of offers lists."""
    return [
        _without_gaps(
            {
                "@type": "Service",
                "name": content["brand"]["programme"] or section["heading"],
                "description": description_of(content),
                "url": url,
                "provider": _provider(content),
                "hasOfferCatalog": _catalogue(section),
            }
        )
        for section in _sections(content, "offers")
        for url in [f"{absolute(content['page']['url'])}#{section['anchor']}"]
    ]


def website(content: Content) -> Node:
    return {
        "@type": "WebSite",
        "name": content["brand"]["name"],
        "url": absolute("/"),
        "inLanguage": LOCALE.replace("_", "-"),
        "publisher": _provider(content),
    }


def breadcrumbs(content: Content) -> Node:
    page = content["page"]
    way = [(content["brand"]["name"], "/"), (page["title"], page["url"])]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (name, path) in enumerate(way, start=1)
        ],
    }


def _catalogue(section: Content) -> Node:
    return {
        "@type": "OfferCatalog",
        "name": section["heading"],
        "itemListElement": [
            {"@type": "Offer", "itemOffered": {"@type": "Service", "name": offer["title"]}}
            for offer in section["items"]
        ],
    }


def _provider(content: Content) -> Node:
    """The first mentor of the page; where none is shown, whoever the site speaks for."""
    for person in people(content):
        return {"@id": person["@id"]}
    return {"@type": "Person", "name": content["brand"]["name"]}


def _person_id(name: str, content: Content) -> str:
    """One for the whole site when the site speaks for that person."""
    if name == content["brand"]["name"]:
        return f"{absolute('/')}#person"
    return f"{absolute(content['page']['url'])}#{slugify(name) or 'mentor'}"


def _sections(content: Content, kind: str) -> list[Content]:
    return [section for section in content["sections"] if section["kind"] == kind]


def _items(content: Content, kind: str) -> list[Content]:
    return list(chain.from_iterable(section["items"] for section in _sections(content, kind)))


def _without_gaps(node: Node) -> Node:
    return {name: value for name, value in node.items() if value}
