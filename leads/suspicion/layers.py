"""The signs of spam, each with its weight. One strong sign is enough, or two weak ones; one weak is not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from leads.suspicion.sending import Sending

ENOUGH = 2
STRONG, WEAK = 2, 1

TOO_FAST = timedelta(seconds=3)
"""For eight questions. A program that fills in for a person may be quick, so that it is a weak sign."""

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MARKUP = re.compile(r"\[(?:url|link)\b|<a\s+href", re.IGNORECASE)
MOST_LINKS = 2

OF_A_NETWORK, OF_AN_ADDRESS, OF_A_FORM = 5, 3, 3


@dataclass(frozen=True)
class Layer:
    name: str
    """As it is stored with a request."""
    says: str
    """For staff."""
    weight: int
    catches: Callable[[Sending], bool]


LAYERS = [
    Layer("trap", "The field that nobody sees was filled in", STRONG, lambda it: bool(it.visit.trap)),
    Layer(
        "markup",
        "The answers hold links as forums write them",
        STRONG,
        lambda it: bool(MARKUP.search(it.words)),
    ),
    Layer(
        "repeated",
        "The same words came from another address within a day",
        STRONG,
        lambda it: it.said_before,
    ),
    Layer("form", "The same form was sent many times", STRONG, lambda it: it.counts.of_form > OF_A_FORM),
    Layer(
        "address",
        "The same mail address asked many times within a day",
        STRONG,
        lambda it: it.counts.of_address > OF_AN_ADDRESS,
    ),
    Layer(
        "network",
        "The same network asked many times within an hour",
        STRONG,
        lambda it: it.counts.of_network > OF_A_NETWORK,
    ),
    Layer(
        "flood",
        "More requests came within a day than the site takes unseen",
        STRONG,
        lambda it: it.flooded,
    ),
    Layer("links", "The answers hold many links", WEAK, lambda it: len(LINK.findall(it.words)) > MOST_LINKS),
    Layer(
        "stamp",
        "The form was not fetched from here before it was sent",
        WEAK,
        lambda it: it.open_for is None,
    ),
    Layer(
        "fast",
        "The form was answered within three seconds",
        WEAK,
        lambda it: it.open_for is not None and it.open_for < TOO_FAST,
    ),
    Layer(
        "headers",
        "It was sent by something that is no present browser",
        WEAK,
        lambda it: not it.visit.names_its_site,
    ),
]

BY_STAFF = Layer("staff", "Staff said so", STRONG, lambda it: False)

SAYS = {layer.name: layer.says for layer in [*LAYERS, BY_STAFF]}


def suspicions(sending: Sending) -> list[str]:
    """The names of the layers that caught it, when they come to enough; else none."""
    caught = [layer for layer in LAYERS if layer.catches(sending)]
    return [layer.name for layer in caught] if sum(layer.weight for layer in caught) >= ENOUGH else []


def in_words(names: Iterable[str]) -> list[str]:
    return [SAYS.get(name, name) for name in names]
