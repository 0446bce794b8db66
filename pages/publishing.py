"""What staff do with a page: publish it, now or later, take it off the site, and go back.

Each act adds a Publication, or nothing when the site could not keep its word afterwards: two pages at one
address, a claim without its basis, a redirect that leads nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib.auth.models import User
from django.db import transaction

from pages.content import Content, contents_of, shared_content, with_shared
from pages.delivery.publishing import renew
from pages.differences import Difference, differences
from pages.models import LandingPage, Publication
from pages.models.page import is_taken_by_another_part
from pages.models.publication import NotPublishable


@transaction.atomic
def publish(
    *pages: LandingPage, by: User | None, at: datetime, counts_from: datetime | None = None
) -> list[Publication]:
    """Freezes the rows of the pages as they are now. All of them are published, or none."""
    _wait_for_other_publishers()
    contents = contents_of(pages)
    return _put(
        [_frozen(page, contents[page.pk], by=by, at=at, counts_from=counts_from) for page in pages], at
    )


@transaction.atomic
def publish_again(publication: Publication, *, by: User, at: datetime) -> Publication:
    """Rolls back: readers see this older publication, at its address. The rows stay what they are."""
    _wait_for_other_publishers()
    again = Publication(
        page=publication.page,
        content=publication.content,
        slug=publication.slug,
        is_home=publication.is_home,
        by=by,
        made_at=at,
        counts_from=at,
    )
    return _put([again], at)[0]


@transaction.atomic
def take_off(
    page: LandingPage, *, by: User, at: datetime, counts_from: datetime | None = None, redirect_to: str = ""
) -> Publication:
    """Readers hear that the page is gone, or are led to another page's address."""
    _wait_for_other_publishers()
    if not Publication.objects.live(at).filter(page=page).exists():
        raise NotPublishable(f"“{page}” is not on the site.")
    if redirect_to and redirect_to not in places_to_lead_to(page, at=at):
        raise NotPublishable(f"{redirect_to} is no page that stays on the site.")
    return Publication.objects.create(
        page=page,
        kind=Publication.Kind.REDIRECT if redirect_to else Publication.Kind.GONE,
        redirect_to=redirect_to,
        by=by,
        made_at=at,
        counts_from=_not_before(at, counts_from),
    )


def places_to_lead_to(page: LandingPage, *, at: datetime) -> dict[str, str]:
    """The addresses of the other pages on the site, with their titles.

    A page that is to be taken off is none of them. So a redirect always leads to a page that leads nowhere
    else, and no chain of them can become a ring.
    """
    leaving = Publication.objects.coming(at).exclude(kind=Publication.Kind.PAGE).values("page")
    live = Publication.objects.live(at).exclude(page=page).exclude(page__in=leaving)
    return {row.get_absolute_url(): row.title for row in live}


# --- What several pages share


@dataclass(frozen=True)
class Renewal:
    """A live page, and its content with the shared part as it is now."""

    publication: Publication
    content: Content
    differences: list[Difference]


def renewals(*, at: datetime) -> list[Renewal]:
    """The live pages to which a change of shared content has not come yet."""
    shared = shared_content()
    live = Publication.objects.live(at).select_related("page").order_by("slug")
    pairs = [(publication, with_shared(publication.content or {}, shared)) for publication in live]
    found = [Renewal(row, content, differences(row.content or {}, content)) for row, content in pairs]
    return [renewal for renewal in found if renewal.differences]


@transaction.atomic
def publish_shared(*, by: User, at: datetime) -> list[Publication]:
    """Brings shared content to every live page at once, and nothing of the pages' own drafts."""
    _wait_for_other_publishers()
    return _put(
        [
            Publication(
                page=renewal.publication.page,
                content=renewal.content,
                slug=renewal.publication.slug,
                is_home=renewal.publication.is_home,
                by=by,
                made_at=at,
                counts_from=at,
            )
            for renewal in renewals(at=at)
        ],
        at,
    )


# --- How a page stands


@dataclass(frozen=True)
class Standing:
    """What readers see of a page, what they will see, and what the draft would change."""

    current: Publication | None
    coming: list[Publication]
    differences: list[Difference]

    @property
    def live(self) -> Publication | None:
        is_page = self.current and self.current.kind == Publication.Kind.PAGE
        return self.current if is_page else None

    @property
    def state(self) -> str:
        match self.current:
            case None:
                return "draft"
            case current if current.kind == Publication.Kind.PAGE:
                return "changed" if self.differences else "published"
        return "off"

    @property
    def words(self) -> str:
        return {
            "draft": "Not published",
            "published": "Published",
            "changed": "Unpublished changes",
            "off": "Taken off",
        }[self.state]


def standings(pages: Iterable[LandingPage], *, at: datetime) -> dict[int, Standing]:
    """How each page stands, by its key. The number of queries does not grow with the number of pages."""
    pages = list(pages)
    drafts = contents_of(pages)
    current = {row.page_id: row for row in Publication.objects.current(at).filter(page__in=pages)}
    coming = list(Publication.objects.coming(at).filter(page__in=pages).defer("content"))
    return {
        page.pk: Standing(
            current.get(page.pk),
            [row for row in coming if row.page_id == page.pk],
            _changes(current.get(page.pk), drafts[page.pk]),
        )
        for page in pages
    }


def standing_of(page: LandingPage, *, at: datetime) -> Standing:
    return standings([page], at=at)[page.pk]


def _changes(current: Publication | None, draft: Content) -> list[Difference]:
    return differences(current.content, draft) if current and current.content else []


# --- The one door


def _frozen(
    page: LandingPage, content: Content, *, by: User | None, at: datetime, counts_from: datetime | None
) -> Publication:
    return Publication(
        page=page,
        content=content,
        slug=page.slug,
        is_home=page.is_home,
        by=by,
        made_at=at,
        counts_from=_not_before(at, counts_from),
    )


def _put(publications: list[Publication], at: datetime) -> list[Publication]:
    """Adds them all, and looks afterwards: so two pages can swap addresses in one step."""
    for publication in publications:
        publication.save()
    if clashes := list(_clashes(publications, at)):
        raise NotPublishable(*clashes)
    shown = [row.get_absolute_url() for row in publications if row.counts_from <= at]
    transaction.on_commit(partial(renew, shown))
    return publications


def _clashes(publications: list[Publication], at: datetime) -> Iterator[str]:
    taken = list(Publication.objects.reachable(at).values_list("page", "page__title", "slug", "is_home"))
    for publication in publications:
        if is_taken_by_another_part(publication.slug):
            yield f"/{publication.slug}/ is used by another part of the site."
        for page, title, slug, is_home in taken:
            if page != publication.page_id and slug == publication.slug:
                yield f"Readers know “{title}” at /{slug}/. Publish it at another address first."
            elif page != publication.page_id and is_home and publication.is_home:
                yield f"“{title}” is the home page. Publish it without that mark first."


def _not_before(at: datetime, counts_from: datetime | None) -> datetime:
    return max(at, counts_from or at)


def _wait_for_other_publishers() -> None:
    """Two who publish at once could each find an address free. SQLite lets one write at a time anyway."""
    list(LandingPage.objects.select_for_update().order_by("pk").values_list("pk"))
