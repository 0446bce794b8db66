"""The picture of a shared link: drawn once for what the page says, kept, and found under one address."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image
from pytest_django import Settings

from pages.content import content_of
from pages.models import Brand, LandingPage, StairStep
from pages.sharing.picture import _keep_only, digest_of, picture_url
from pages.sharing.sheet import HEIGHT, WIDTH
from tests.pages.factories import a_page, published


@pytest.fixture
def storage(settings: Settings, tmp_path: Path) -> Path:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": "/media/"},
        }
    }
    return tmp_path


@pytest.fixture
def page(db: None) -> LandingPage:
    page = a_page("guide", title="A guide: for readers")
    StairStep.objects.create(page=page, label="Junior")
    return page


def url_of(page: LandingPage) -> str:
    return picture_url(content_of(page))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))


def test_picture_of_a_page_may_be_kept_for_good(page: LandingPage, storage: Path) -> None:
    published(page)

    answer = Client().get(url_of(page))

    assert Image.open(BytesIO(answer.content)).size == (WIDTH, HEIGHT)
    assert {name: answer[name] for name in ("Content-Type", "Cache-Control")} == {
        "Content-Type": "image/png",
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    assert answer.cookies == {}


def test_picture_is_drawn_once(page: LandingPage, storage: Path) -> None:
    published(page)
    Client().get(url_of(page))
    [name] = files(storage)
    (storage / name).write_bytes(b"kept")

    assert Client().get(url_of(page)).content == b"kept"


def test_address_from_before_an_edit_leads_to_the_newest_picture(page: LandingPage, storage: Path) -> None:
    published(page)
    old = url_of(page)
    page.title = "Another title"
    page.save()
    published(page)

    answer = Client().get(old)

    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (
        302,
        url_of(page),
        "no-cache",
    )


def test_picture_of_a_page_that_moved_is_still_found(page: LandingPage, storage: Path) -> None:
    published(page)
    old = url_of(page)
    page.slug = "moved"
    page.save()
    published(page)

    assert Client().get(old).status_code == 200


def test_only_the_newest_picture_of_a_page_stays_in_the_storage(page: LandingPage, storage: Path) -> None:
    other = a_page("other")
    published(other)
    published(page)
    Client().get(url_of(other))
    Client().get(url_of(page))
    page.title = "Another title"
    page.save()
    published(page)

    Client().get(url_of(page))

    assert files(storage) == [
        f"share/guide/{digest_of(content_of(page))}.png",
        f"share/other/{digest_of(content_of(other))}.png",
    ]


@pytest.mark.parametrize("digest", ["0" * 12, "x", "..%2f..%2fsecret"])
def test_nothing_is_drawn_for_a_made_up_address(page: LandingPage, storage: Path, digest: str) -> None:
    published(page)

    answer = Client().get(f"/share/guide-{digest}.png")

    assert answer.status_code in {302, 404}
    assert files(storage) == []


def test_draft_has_no_picture_for_readers(page: LandingPage, storage: Path) -> None:
    assert Client().get(url_of(page)).status_code == 404


def test_draft_does_not_change_the_picture_of_the_page(page: LandingPage, storage: Path) -> None:
    published(page)
    live = url_of(page)
    page.title = "Not for readers yet"
    page.save()

    answers = [Client().get(address).status_code for address in (live, url_of(page))]

    assert answers == [200, 302]


def test_new_name_steps_or_title_give_a_new_address(page: LandingPage) -> None:
    urls = [url_of(page)]
    Brand(name="Zen").save()
    urls.append(url_of(page))
    page.steps.update(label="Senior")
    urls.append(url_of(page))
    page.title = "Another"
    urls.append(url_of(page))
    page.seo_title = "Says nothing about the picture"
    urls.append(url_of(page))

    assert len(set(urls)) == 4
    assert urls[-1] == urls[-2]


def test_two_who_draw_at_once_leave_one_file(page: LandingPage, storage: Path) -> None:
    content = content_of(page)
    name = f"share/guide/{digest_of(content)}.png"
    default_storage.save(name, ContentFile(b"the other's"))
    _keep_only("share/guide", f"{digest_of(content)}.png", b"ours")

    assert files(storage) == [name]
