"""The links at the foot of every page, kept in this process until a change, planned ones as well."""

from __future__ import annotations

from datetime import datetime

from pages.memory import Kept
from pages.models import Publication
from pages.models.publication import Link, footer_links
from pages.rendering import Rendering


def footer(rendering: Rendering) -> list[Link]:
    def find() -> Kept:
        return Kept(footer_links(rendering.at), next_change_at(rendering))

    links: list[Link] = rendering.kept("content", "footer", find)
    return links


def next_change_at(rendering: Rendering) -> datetime | None:
    """When the next planned publication shows; None when nothing is planned."""

    def find() -> Kept:
        change = Publication.objects.next_change_at(rendering.at)
        return Kept(change, change)

    instant: datetime | None = rendering.kept("content", "next change", find)
    return instant
