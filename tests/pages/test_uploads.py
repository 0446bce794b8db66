"""What may be uploaded as a picture, and what becomes of everything else."""

from __future__ import annotations

import html
import io
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image, ImageCms, PngImagePlugin

from pages.models import Picture
from pages.pictures import decode, uploads
from pages.pictures.sizes import FOLDER
from pages.pictures.uploads import Refused, read
from tests.pages.pictures import (
    GREEN,
    PICTURES,
    RED,
    a_form,
    a_picture,
    add,
    as_file,
    image,
    pixels_of,
    png_claiming,
    upload,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

NOT_A_PICTURE = uploads.SENTENCES["not_a_picture"]
TOO_MANY_PIXELS = uploads.SENTENCES["too_many_pixels"]
UNREADABLE = uploads.SENTENCES["unreadable"]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n"

LARGE_CHUNK = b"0" * 65536


def refusal_of(content: bytes, name: str = "portrait.jpg") -> str:
    with pytest.raises(Refused) as refused:
        read(upload(content, name))
    return str(refused.value)


# --- What is taken


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_usual_kind_of_picture_is_taken_and_written_anew(kind: str) -> None:
    master = read(upload(as_file(image(900, 600), kind), name="anything.bin"))

    assert (master.width, master.height, master.ending) == (900, 600, "jpg")
    assert pixels_of(master.content).format == "JPEG"


def test_picture_that_something_shines_through_stays_so() -> None:
    clear = image(mode="RGBA")
    clear.putalpha(100)

    master = read(upload(as_file(clear, "PNG")))

    assert master.ending == "png"
    assert pixels_of(master.content).getchannel("A").getextrema() == (100, 100)


def test_opaque_picture_with_an_alpha_channel_becomes_a_jpeg() -> None:
    assert read(upload(as_file(image(mode="RGBA"), "PNG"))).ending == "jpg"


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_colours_of_every_mode_become_rgb(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    drawn = Image.new("I;16", (40, 30), 65535) if mode == "I;16" else image(40, 30, mode=mode)

    master = read(upload(as_file(drawn, kind)))

    assert pixels_of(master.content).mode == "RGB"


def test_grey_picture_of_16_bits_keeps_its_tones() -> None:
    master = read(upload(as_file(Image.new("I;16", (40, 30), 32768), "PNG")))

    assert pixels_of(master.content).getpixel((20, 15)) == (128, 128, 128)


def test_large_picture_is_kept_in_a_size_that_a_page_can_use() -> None:
    master = read(upload(as_file(image(6000, 4000))))

    assert (master.width, master.height) == (2560, 1707)


def test_thin_picture_keeps_at_least_one_pixel() -> None:
    master = read(upload(as_file(image(20000, 1), "PNG")))

    assert (master.width, master.height) == (2560, 1)


@pytest.mark.parametrize(
    ("orientation", "size", "top_left"),
    [
        (1, (60, 40), RED),
        (2, (60, 40), GREEN),
        (3, (60, 40), GREEN),
        (6, (40, 60), RED),
        (8, (40, 60), GREEN),
    ],
)
def test_picture_stands_as_the_camera_was_held(
    orientation: int, size: tuple[int, int], top_left: tuple[int, int, int]
) -> None:
    exif = Image.Exif()
    exif[decode.ORIENTATION] = orientation

    master = read(upload(as_file(image(60, 40), exif=exif, quality=95)))

    assert (master.width, master.height) == size
    pixel = pixels_of(master.content).getpixel((4, 4))
    assert isinstance(pixel, tuple)
    assert [abs(a - b) < 12 for a, b in zip(pixel, top_left, strict=True)] == [True] * 3


def test_place_time_and_comments_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera with a serial number"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 12.0)
    photo = as_file(image(), exif=exif, comment=b"private comment", xmp=b"<x:xmpmeta>private</x:xmpmeta>")

    content = read(upload(photo)).content

    assert [word in content for word in (b"camera", b"private", b"Exif", b"xmpmeta", b"ICC_PROFILE")] == [
        False
    ] * 5
    assert dict(pixels_of(content).getexif()) == {}


def test_texts_in_a_png_are_gone() -> None:
    clear = image(mode="RGBA")
    clear.putalpha(9)
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "private person")

    content = read(upload(as_file(clear, "PNG", pnginfo=texts))).content

    assert b"private" not in content


def test_colours_of_another_profile_are_turned_into_those_of_the_web() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    master = read(upload(as_file(image(), "PNG", icc_profile=lab)))
    broken = read(upload(as_file(image(), "PNG", icc_profile=b"no profile")))

    assert [pixels_of(each.content).info.get("icc_profile") for each in (master, broken)] == [None, None]


def test_same_picture_gets_the_same_name() -> None:
    assert read(upload(name="a.jpg")).key == read(upload(name="b.jpg")).key


# --- What is refused, each with a sentence


@pytest.mark.parametrize("content", [SVG, HTML, PDF, b"", b"MZ\x90\x00", b"GIF89a" + bytes(20)])
def test_file_of_another_kind_is_refused_whatever_it_is_called(content: bytes) -> None:
    assert refusal_of(content, "portrait.jpg") == NOT_A_PICTURE


def test_animation_of_another_kind_is_refused() -> None:
    assert refusal_of(as_file(image(), "GIF")) == NOT_A_PICTURE


@pytest.mark.parametrize("size", [(20000, 20000), (8000, 5001), (4_000_000_000, 4_000_000_000)])
def test_bomb_is_refused_by_its_head(size: tuple[int, int]) -> None:
    assert refusal_of(png_claiming(*size)) in {TOO_MANY_PIXELS, NOT_A_PICTURE}


def test_file_that_is_larger_than_allowed_is_refused() -> None:
    assert refusal_of(as_file(image()) + bytes(decode.MOST_BYTES)) == uploads.TOO_LARGE


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_truncated_picture_is_refused(kind: str) -> None:
    whole = as_file(Image.effect_noise((300, 200), 80).convert("RGB"), kind)

    assert refusal_of(whole[: len(whole) // 2]) in {UNREADABLE, NOT_A_PICTURE}


def test_picture_that_needs_more_memory_than_allowed_is_refused() -> None:
    hungry = as_file(Image.new("RGB", (7900, 5000)), "JPEG", progressive=True, subsampling=0)

    assert refusal_of(hungry) == UNREADABLE


def test_nothing_of_a_polyglot_survives() -> None:
    polyglot = as_file(image(), comment=HTML) + SVG + b"PK\x03\x04 a zip archive"

    content = read(upload(polyglot)).content

    assert [part in content for part in (b"script", b"<svg", b"PK\x03\x04")] == [False] * 3


def test_reading_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LONGEST_READING", 0.001)

    assert refusal_of(as_file(image())) == UNREADABLE


# --- In the form


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, NOT_A_PICTURE),
        (png_claiming(9000, 9000), TOO_MANY_PIXELS),
        (bytes(11 * 1024**2), uploads.TOO_LARGE),
    ],
)
def test_refusal_is_one_sentence_and_everything_typed_is_kept(
    as_editor: Client, content: bytes, sentence: str
) -> None:
    answer = add(as_editor, content, alternative_text="A typed description", title="A typed title")

    assert sentence in answer
    assert "A typed description</textarea>" in answer
    assert 'value="A typed title"' in answer
    assert not Picture.objects.exists()


def test_form_without_a_file_asks_for_one(as_editor: Client) -> None:
    answer = as_editor.post(f"{PICTURES}add/", {"alternative_text": "A desk"}).content.decode()

    assert "Choose a file." in answer


def test_file_is_chosen_once_even_when_the_rest_needs_correction(as_editor: Client) -> None:
    form = a_form(name="In_the_office.jpg", alternative_text="An office", is_decoration="on")
    first = as_editor.post(f"{PICTURES}add/", form)
    kept = first.context["adminform"].form["kept"].value()
    title = first.context["adminform"].form["title"].value()

    as_editor.post(f"{PICTURES}add/", {"alternative_text": "An office", "kept": kept, "title": title})

    assert "The file is here" in first.content.decode()
    assert "An office</textarea>" in first.content.decode()
    assert [(each.title, each.width) for each in Picture.objects.all()] == [("In the office", 900)]


@pytest.mark.parametrize("kept", ["forged", "eyJrZXkiOiJhIn0:1a:b"])
def test_forged_token_is_no_file(as_editor: Client, kept: str) -> None:
    answer = as_editor.post(f"{PICTURES}add/", {"alternative_text": "A desk", "kept": kept}).content.decode()

    assert "Choose a file." in answer


def test_picture_that_is_here_already_is_named(as_editor: Client) -> None:
    picture = a_picture(title="The first one")

    answer = add(as_editor)

    assert (
        f'This picture is already here: <a href="{PICTURES}{picture.pk}/change/">The first one</a>.' in answer
    )
    assert Picture.objects.count() == 1


def test_adviser_uploads_nothing(as_adviser: Client, media: Path) -> None:
    response = as_adviser.post(f"{PICTURES}add/", a_form())

    assert response.status_code == 403
    assert list(media.iterdir()) == []


# --- How much of a request is kept


class Stream(io.RawIOBase):
    """A form of 200 MB as it comes over the network: nothing of it is there before it is read."""

    def __init__(self, head: bytes, megabytes: int, tail: bytes) -> None:
        self.parts = self._parts(head, megabytes, tail)
        self.length = len(head) + megabytes * 16 * len(LARGE_CHUNK) + len(tail)
        self.rest = b""

    def _parts(self, head: bytes, megabytes: int, tail: bytes) -> Iterator[bytes]:
        yield head
        for _ in range(megabytes * 16):
            yield LARGE_CHUNK
        yield tail

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (part := next(self.parts, b"")):
            self.rest += part
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


BOUNDARY = "----a-boundary"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="alternative_text"\r\n\r\nA typed description\r\n'
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="huge.jpg"\r\n'
    "Content-Type: image/jpeg\r\n\r\n"
).encode()
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def test_200_megabytes_are_refused_without_being_kept(as_editor: Client, media: Path) -> None:
    stream = Stream(HEAD, 200, TAIL)
    before = peak_memory()

    environ: dict[str, Any] = {
        "wsgi.input": stream,
        "CONTENT_LENGTH": str(stream.length),
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
    }
    answer = as_editor.generic("POST", f"{PICTURES}add/", **environ).content.decode()

    assert uploads.TOO_LARGE in answer
    assert "A typed description</textarea>" in answer
    assert peak_memory() - before < 60
    assert list(media.iterdir()) == []


def peak_memory() -> float:
    """Of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- Where nothing can be written, as on a full disk


def assert_says_that_there_is_no_room(client: Client) -> None:
    large = as_file(Image.effect_noise((900, 900), 90), "PNG")
    answer = add(client, large, alternative_text="A typed description")

    assert uploads.NO_ROOM in html.unescape(answer)
    assert "A typed description</textarea>" in answer
    assert not Picture.objects.exists()


def test_no_room_for_temporary_files_is_said(
    as_editor: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    assert_says_that_there_is_no_room(as_editor)


def test_no_room_for_pictures_is_said(as_editor: Client, media: Path) -> None:
    (media / FOLDER).touch()  # where a folder should be

    assert_says_that_there_is_no_room(as_editor)
