"""The worker keeps the published files true: after a change, a lapse, and a crash in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.utils import timezone
from pytest_django import Settings

from pages.delivery import files, publishing, version
from pages.delivery.entry import make
from pages.models import LandingPage, SiteVersion
from pages.publishing import publish
from pages.starter import load_pages
from tests.wsgi import connections_kept_open

pytestmark = pytest.mark.django_db

NOW = datetime(2126, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def published_site(settings: Settings, tmp_path: Path) -> None:
    settings.SITE_URL = "http://127.0.0.1"
    settings.PUBLISHED_DIR = tmp_path / "published"
    load_pages()


@pytest.fixture(autouse=True)
def connection_stays() -> Iterator[None]:
    with connections_kept_open():
        yield


def renew() -> int:
    rounds = 0
    while publishing.renew_next(NOW):
        rounds += 1
    return rounds


def pages() -> set[str]:
    return {str(path.parent.relative_to(files.root())) for path in files.root().rglob("index.html")}


def test_every_page_is_published_as_small_as_it_gets() -> None:
    rounds = renew()

    assert pages() == {".", "backend-developer-to-ai-engineer", "privacy", "terms"}
    assert rounds == 4
    entry = files.read("/")
    assert entry is not None
    assert entry.is_smallest
    assert brotli.decompress(entry.variants["br"].body) == entry.variants[""].body


def test_nothing_is_made_anew_without_a_reason() -> None:
    renew()

    assert renew() == 0


@pytest.mark.django_db(transaction=True)
def test_a_publication_is_there_as_a_file_as_soon_as_it_is_answered() -> None:
    page = LandingPage.objects.get(slug="terms")
    page.message = "As of today."
    page.save()

    publish(page, by=None, at=timezone.now())

    assert pages() == {"terms"}
    assert b"As of today." in (files.root() / "terms" / "index.html").read_bytes()


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_until_many_pages_are_made() -> None:
    publish(*LandingPage.objects.all(), by=None, at=timezone.now())
    at_once = len(pages())

    renew()

    assert (at_once, len(pages())) == (publishing.MOST_AT_ONCE, 4)


def test_what_a_crash_left_from_before_a_change_is_made_anew() -> None:
    renew()
    SiteVersion.objects.update(number=version.current() + 1)  # committed, and the files still there

    assert renew() == 4


def test_what_has_lapsed_is_made_anew() -> None:
    renew()
    files.write("/terms/", make(b"old", [], version=version.current(), true_until=0).smaller())

    assert renew() == 1
    assert (files.root() / "terms" / "index.html").read_bytes() != b"old"


def test_publishing_succeeds_where_no_file_can_be_written(
    settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    settings.PUBLISHED_DIR = tmp_path / "file" / "published"
    (tmp_path / "file").touch()
    page = LandingPage.objects.get(is_home=True)

    with django_capture_on_commit_callbacks(execute=True):
        publish(page, by=None, at=timezone.now())

    assert page.publications.count() == 2
