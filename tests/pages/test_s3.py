"""Pictures in an S3 bucket, which is chosen by one variable. The server is real; only Amazon is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from coaching_site.environment import media_storage
from pages.content import content_of
from pages.models import LandingPage, Picture, Section
from pages.pictures import sweeping
from pages.pictures.making import make_next
from pages.sharing.picture import picture_url
from tests.pages.factories import a_page, published
from tests.pages.pictures import add, as_file, image

pytestmark = pytest.mark.django_db

BUCKET = "coaching-pictures"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of a server with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A site that was started with nothing but the variable."""
    place = {"endpoint_url": s3, "region_name": "eu-central-1"}
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    bucket = boto3.resource("s3", **place, **keys).Bucket(BUCKET)
    bucket.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    monkeypatch.setenv("MEDIA_STORAGE_URL", f"s3://key:secret@{BUCKET}?endpoint={s3}&region=eu-central-1")
    local = settings.MEDIA_ROOT
    settings.STORAGES = settings.STORAGES | {"default": media_storage("MEDIA_STORAGE_URL", local)}
    yield bucket
    bucket.objects.delete()
    bucket.delete()


def names_in(bucket: Any) -> list[str]:
    return sorted(each.key for each in bucket.objects.all())


def make_all() -> None:
    while make_next(timezone.now() + timedelta(seconds=1)):
        pass


def a_page_with(picture: Picture) -> LandingPage:
    page = a_page()
    Section.objects.create(page=page, kind="prose", anchor="a", heading="A", illustration=picture)
    published(page)
    return page


def test_picture_goes_from_upload_to_reader_through_the_bucket(bucket: Any, as_editor: Client) -> None:
    add(as_editor, as_file(image(400, 300)))
    picture = Picture.objects.get()
    a_page_with(picture)
    waiting = as_editor.get(f"/media/pictures/{picture.key}-360.avif")
    make_all()

    page = Client().get("/guide/").content.decode()
    answers = [Client().get(f"/media/{name}") for name in names_in(bucket)]

    assert waiting.headers["Location"] == f"/media/pictures/{picture.key}.jpg"
    assert names_in(bucket) == sorted(
        [f"pictures/{picture.key}.jpg"]
        + [f"pictures/{picture.key}-{w}.{ending}" for w in (360, 400) for ending in ("avif", "jpg", "webp")]
    )
    assert f"/media/pictures/{picture.key}-360.avif 360w" in page
    assert "127.0.0.1:" not in page.replace("127.0.0.1:8000", "")
    assert {(each.status_code, each.headers["Cache-Control"]) for each in answers} == {
        (200, "public, max-age=31536000, immutable")
    }
    assert [len(b"".join(each)) > 100 for each in answers] == [True] * 7


def test_page_is_read_without_the_bucket(
    bucket: Any, as_editor: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(as_editor)
    a_page_with(Picture.objects.get())
    monkeypatch.setenv("MEDIA_STORAGE_URL", "s3://key:secret@bucket?endpoint=http://127.0.0.1:9")
    nobody = media_storage("MEDIA_STORAGE_URL", settings.MEDIA_ROOT)
    settings.STORAGES = settings.STORAGES | {"default": nobody}

    assert "<picture>" in Client().get("/guide/").content.decode()


def test_size_is_made_again_over_what_a_dead_worker_left(bucket: Any, as_editor: Client) -> None:
    add(as_editor, as_file(image(40, 30)))
    picture = Picture.objects.get()
    bucket.put_object(Key=f"pictures/{picture.key}-40.avif", Body=b"half")

    make_all()

    with default_storage.open(f"pictures/{picture.key}-40.avif") as file:
        assert b"ftypavif" in file.read()
    assert len(names_in(bucket)) == 4


def test_files_leave_the_bucket_with_their_picture(
    bucket: Any, as_editor: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    add(as_editor)
    make_all()

    with django_capture_on_commit_callbacks(execute=True):
        Picture.objects.get().delete()

    assert names_in(bucket) == []


def test_orphans_are_swept_from_the_bucket(bucket: Any, as_editor: Client) -> None:
    add(as_editor, as_file(image(40, 30)))
    orphan = f"pictures/{'0' * 32}.jpg"
    bucket.put_object(Key=orphan, Body=b"left over")

    young = sweeping.sweep(timezone.now())
    old = sweeping.sweep(timezone.now() + sweeping.GRACE * 2)

    assert (young, old) == ([], [orphan])
    assert orphan not in names_in(bucket)


def test_file_that_is_not_there_is_not_found(bucket: Any, client: Client) -> None:
    assert client.get(f"/media/pictures/{'0' * 32}.jpg").status_code == 404


def test_sharing_picture_is_kept_in_the_bucket_and_replaced_there(bucket: Any) -> None:
    page = a_page()
    kept = []
    for title in ("First title", "Second title"):
        page.title = title
        page.save()
        published(page)
        url = picture_url(content_of(page))
        assert [Client().get(url).status_code for _ in range(2)] == [200, 200]
        kept.append(names_in(bucket))

    assert [len(names) for names in kept] == [1, 1]
    assert kept[0] != kept[1]
