"""Pictures for tests: made here, so that every byte of them is known."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from pages.models import Picture
from pages.pictures.uploads import receive

PICTURES = "/admin/pages/picture/"
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 60, 200)


def image(width: int = 900, height: int = 600, *, mode: str = "RGB") -> Image.Image:
    """Red on its left half, green on its right, so that a turn can be seen."""
    whole = Image.new("RGB", (width, height), RED)
    whole.paste(GREEN, (width // 2, 0, width, height))
    return whole.convert(mode)


def as_file(drawn: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    content = io.BytesIO()
    drawn.save(content, kind, **options)
    return content.getvalue()


def pixels_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def upload(content: bytes | None = None, name: str = "portrait.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, as_file(image()) if content is None else content)


def a_picture(content: bytes | None = None, **fields: Any) -> Picture:
    """As the form makes it: received, saved, its sizes ordered."""
    picture = Picture(**({"title": "Portrait", "alternative_text": "A person at a desk"} | fields))
    picture.keep(receive(upload(content)), by=AnonymousUser())
    return picture


def a_form(content: bytes | None = None, name: str = "portrait.jpg", **fields: str) -> dict[str, Any]:
    return {"alternative_text": "A person at a desk", "upload": upload(content, name)} | fields


def add(client: Client, content: bytes | None = None, **fields: str) -> str:
    """What the form of a new picture answers, as HTML."""
    return client.post(f"{PICTURES}add/", a_form(content, **fields), follow=True).content.decode()


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose head promises many pixels, and whose data would unpack to all of them."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1024) * 1024)
    chunks = [(b"IHDR", head), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
