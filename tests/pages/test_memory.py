"""What a process keeps of what it worked out: as long as it counts, and not a change longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client
from django.utils import timezone

from pages import memory
from pages.delivery import version
from pages.delivery.version import Version
from pages.memory import MOST_THINGS, Kept
from pages.models import LandingPage, SiteVersion
from pages.publishing import take_off
from pages.rendering import OpenPlaces, Part, Rendering
from tests.pages.factories import a_page, published

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
VERSION = Version(number=3, content=2, calendar=3, hours=1)


class Work:
    """Counts how often it is done."""

    def __init__(self, true_until: datetime | None = None) -> None:
        self.true_until = true_until
        self.times = 0

    def __call__(self) -> Kept:
        self.times += 1
        return Kept(self.times, self.true_until)


def kept(
    work: Work, *, at: datetime = NOON, version: Version | None = VERSION, part: Part = "content"
) -> int:
    thing: int = Rendering(at, version).kept(part, "a thing", work)
    return thing


def test_what_is_known_is_not_worked_out_again() -> None:
    work = Work()

    assert [kept(work), kept(work)] == [1, 1]


@pytest.mark.parametrize(("part", "found"), [("content", [1, 2]), ("calendar", [1, 1])])
def test_only_a_change_of_its_own_part_makes_it_outdated(part: Part, found: list[int]) -> None:
    work, later = Work(), VERSION._replace(number=4, content=4)

    assert [kept(work, part=part), kept(work, part=part, version=later)] == found


def test_it_lapses_at_its_instant_and_the_page_with_it() -> None:
    work = Work(true_until=NOON + timedelta(minutes=1))
    rendering = Rendering(NOON, VERSION)

    assert rendering.kept("content", "a thing", work) == 1
    assert rendering.true_until == NOON + timedelta(minutes=1)
    assert [kept(work, at=NOON + timedelta(seconds=seconds)) for seconds in (59, 60)] == [1, 2]


def test_nothing_is_kept_of_what_has_no_version() -> None:
    work = Work()

    assert [kept(work, version=None), kept(work, version=None)] == [1, 2]


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    first, last = Work(), Work()
    memory.recall("first", NOON, first)
    for number in range(MOST_THINGS - 1):
        memory.recall(number, NOON, last)

    memory.recall("first", NOON, first)
    memory.recall("one more", NOON, last)
    memory.recall("first", NOON, first)

    assert first.times == 2


def test_open_places_are_filled_each_time_in_their_order() -> None:
    places = OpenPlaces()
    one, two = places.leave(lambda r: f"<{r.at:%H}>"), places.leave(lambda r: f"<{r.at:%M}>")
    frame = places.cut(f"a{two}b{one}c{two}")

    assert frame.filled(Rendering(NOON)) == "a<00>b<12>c<00>"
    assert frame.filled(Rendering(NOON + timedelta(minutes=61))) == "a<01>b<13>c<01>"


# --- The version


@pytest.mark.django_db
def test_a_change_raises_its_part_and_the_whole() -> None:
    SiteVersion.raise_()
    before = version.read()
    SiteVersion.raise_("calendar")
    after = version.read()

    assert before.number == before.content == before.calendar
    assert after == before._replace(number=after.number, calendar=after.number)
    assert after.number > before.number


@pytest.mark.django_db
def test_a_release_that_knows_no_parts_changes_them_all() -> None:
    SiteVersion.raise_("calendar")
    SiteVersion.objects.update(number=F("number") + 1)

    after = version.read()

    assert after.content == after.calendar == after.number


@pytest.mark.django_db
def test_no_number_comes_twice_when_a_backup_is_restored() -> None:
    """Whatever was kept under the numbers after the backup is never met again."""
    SiteVersion.raise_()
    backup = version.current()

    def numbers_from_backup() -> set[int]:
        SiteVersion.objects.update(number=backup)
        return {(SiteVersion.raise_(), version.current())[1] for _ in range(3)}

    assert not numbers_from_backup() & numbers_from_backup()


@pytest.mark.django_db
@pytest.mark.parametrize("at_once", [True, False])
def test_an_address_is_forgotten_with_the_page_that_left_it(owner: User, at_once: bool) -> None:
    page = a_page()
    published(page)
    take_off(page, by=owner, at=timezone.now())
    before = Client().get("/guide/").status_code

    if at_once:
        LandingPage.objects.all().delete()
    else:
        page.delete()

    assert (before, Client().get("/guide/").status_code) == (410, 404)


@pytest.mark.django_db
def test_a_planned_publication_counts_in_time_for_a_page_that_is_known(client: Client) -> None:
    page = a_page(message="Old words.")
    published(page, at=NOON)
    page.message = "New words."
    page.save()
    published(page, at=NOON, counts_from=NOON + timedelta(hours=1))

    assert ["New words." in text for text in read_at(client, 0, 59, 60)] == [False, False, True]


def read_at(client: Client, *minutes: int) -> list[str]:
    texts = []
    for minute in minutes:
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            texts.append(client.get("/guide/").content.decode())
    return texts
