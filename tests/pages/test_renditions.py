"""How the worker makes the sizes of pictures, and what happens when it dies in the middle."""

from __future__ import annotations

import io
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from pages.models import Picture, Rendition
from pages.models.picture import LEASE, MOST_ATTEMPTS
from pages.pictures import making, sweeping
from pages.pictures.making import make_next, make_some
from pages.pictures.sizes import widths_of
from tests.pages.pictures import a_picture, as_file, image, pixels_of

pytestmark = pytest.mark.django_db

LATER = timedelta(seconds=1)


def states(picture: Picture) -> set[str]:
    return set(picture.renditions.values_list("state", flat=True))


def make_all(at: datetime | None = None) -> int:
    """How many sizes were made."""
    made = 0
    while make_next(at or timezone.now() + LATER):
        made += 1
    return made


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (2560, [360, 720, 1080, 1440]),
        (1440, [360, 720, 1080, 1440]),
        (900, [360, 720, 900]),
        (360, [360]),
        (1, [1]),
    ],
)
def test_no_size_is_wider_than_the_picture(width: int, widths: list[int]) -> None:
    assert widths_of(width) == widths


def test_every_size_is_made_in_every_format(media: Path) -> None:
    picture = a_picture(as_file(image(900, 600)))

    assert make_all() == 9

    files = {path.name: pixels_of(path.read_bytes()) for path in (media / "pictures").iterdir()}
    assert {name.removeprefix(picture.key): (file.format, *file.size) for name, file in files.items()} == {
        ".jpg": ("JPEG", 900, 600),
        **{
            f"-{width}.{ending}": (kind, width, height)
            for ending, kind in [("jpg", "JPEG"), ("webp", "WEBP"), ("avif", "AVIF")]
            for width, height in [(360, 240), (720, 480), (900, 600)]
        },
    }
    assert states(picture) == {"ready"}


def test_what_shines_through_does_so_in_every_format(media: Path) -> None:
    clear = image(40, 30, mode="RGBA")
    clear.putalpha(100)
    a_picture(as_file(clear, "PNG"))

    make_all()

    files = [pixels_of(path.read_bytes()) for path in (media / "pictures").glob("*-40.*")]
    alphas = {file.format: file.convert("RGBA").getchannel("A").getpixel((3, 3)) for file in files}
    assert alphas == {"PNG": 100, "WEBP": 100, "AVIF": pytest.approx(100, abs=2)}


def test_sizes_hold_nothing_but_pixels(media: Path) -> None:
    a_picture()

    make_all()

    kept = [dict(pixels_of(path.read_bytes()).getexif()) for path in (media / "pictures").iterdir()]
    assert kept == [{}] * 10


def test_one_worker_takes_a_size_and_another_takes_the_next(media: Path) -> None:
    a_picture()
    now = timezone.now() + LATER
    first, second = Rendition.objects.due(now)[:2]
    same = Rendition.objects.get(pk=first.pk)

    assert [first.claim(at=now), same.claim(at=now), second.claim(at=now)] == [True, False, True]


def test_size_of_a_worker_that_died_is_made_by_the_next(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))
    now = timezone.now() + LATER
    for rendition in Rendition.objects.due(now):
        rendition.claim(at=now)

    assert make_all(at=now + LEASE - LATER) == 0
    assert make_all(at=now + LEASE) == 3
    assert states(picture) == {"ready"}


def test_half_written_file_of_a_worker_that_died_is_never_shown(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))
    draft = media / "pictures" / f".{picture.key}-40.avif-1234"
    draft.write_bytes(b"half of it")

    make_all()

    whole = media / "pictures" / f"{picture.key}-40.avif"
    assert pixels_of(whole.read_bytes()).size == (40, 30)


def test_worker_that_had_lost_its_claim_changes_nothing(media: Path) -> None:
    a_picture()
    now = timezone.now() + LATER
    slow = Rendition.objects.due(now)[0]
    slow.claim(at=now)
    Rendition.objects.get(pk=slow.pk).claim(at=now + LEASE)

    slow.mark_failed("too late")

    slow.refresh_from_db()
    assert (slow.state, slow.attempts, slow.last_error) == ("waiting", 2, "")


def test_size_that_cannot_be_made_is_tried_again_and_then_given_up(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))
    (media / picture.name).write_bytes(b"damaged on the disk")
    now = timezone.now() + LATER

    made = [make_all(at=now + pause) for pause in (timedelta(), timedelta(minutes=5), timedelta(hours=1))]

    assert made == [3, 3, 3]
    assert [(each.state, each.attempts) for each in picture.renditions.all()] == [("failed", 3)] * 3
    assert "UnidentifiedImageError" in picture.renditions.all()[0].last_error


def test_size_that_ends_the_worker_each_time_is_given_up(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))
    picture.renditions.update(attempts=MOST_ATTEMPTS)

    make_all()

    found = {(each.state, each.last_error) for each in picture.renditions.all()}
    assert found == {("failed", "The worker did not survive making it.")}


def test_long_album_lets_mail_through(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "TURN", timedelta())
    picture = a_picture(as_file(image(40, 30)))

    make_some(timezone.now() + LATER)
    monkeypatch.undo()
    untouched = states(picture)
    make_some(timezone.now() + LATER)

    assert (untouched, states(picture)) == ({"waiting"}, {"ready"})


def test_worker_makes_sizes_in_its_round(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))

    call_command("worker", once=True)

    assert states(picture) == {"ready"}


# --- What goes


def test_files_go_with_their_picture(
    media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    picture, kept = a_picture(), a_picture(as_file(image(50, 50)))
    make_all()

    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()

    left = {path.name.split(".")[0].split("-")[0] for path in (media / "pictures").iterdir()}
    assert (left, Rendition.objects.exclude(picture=kept).count()) == ({kept.key}, 0)


def age(path: Path, by: timedelta) -> None:
    then = (timezone.now() - by).timestamp()
    os.utime(path, (then, then))


def an_orphan(media: Path, name: str, *, by: timedelta = sweeping.GRACE * 2) -> Path:
    path = media / "pictures" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"left over")
    age(path, by)
    return path


def test_orphans_are_swept_and_everything_else_stays(media: Path) -> None:
    picture = a_picture(as_file(image(40, 30)))
    make_all()
    for path in (media / "pictures").iterdir():
        age(path, sweeping.GRACE * 2)
    owned = sorted((media / "pictures").iterdir())
    an_orphan(media, f"{picture.key}-41.avif")
    an_orphan(media, f"{'0' * 32}.jpg")
    an_orphan(media, f".{picture.key}-40.avif-1234")
    young = an_orphan(media, f"{'1' * 32}.jpg", by=timedelta(hours=1))

    swept = sweeping.sweep(timezone.now())

    assert sorted(swept) == [
        f"pictures/.{picture.key}-40.avif-1234",
        f"pictures/{'0' * 32}.jpg",
        f"pictures/{picture.key}-41.avif",
    ]
    assert sorted((media / "pictures").iterdir()) == sorted([*owned, young])


def test_sweeping_can_be_tried_without_deleting(media: Path) -> None:
    orphan = an_orphan(media, f"{'0' * 32}.jpg")
    said = io.StringIO()

    call_command("sweep_pictures", dry_run=True, stdout=said)

    assert said.getvalue() == f"pictures/{'0' * 32}.jpg\n1 to delete.\n"
    assert orphan.exists()


def test_sweeping_deletes_and_says_so(media: Path) -> None:
    orphan = an_orphan(media, f"{'0' * 32}.jpg")
    said = io.StringIO()

    call_command("sweep_pictures", stdout=said)

    assert said.getvalue() == f"pictures/{'0' * 32}.jpg\n1 deleted.\n"
    assert not orphan.exists()


def test_sweeping_a_site_without_pictures_does_nothing(media: Path) -> None:
    assert sweeping.sweep(timezone.now()) == []


def test_worker_sweeps(media: Path) -> None:
    orphan = an_orphan(media, f"{'0' * 32}.jpg")

    call_command("worker", once=True)

    assert not orphan.exists()
