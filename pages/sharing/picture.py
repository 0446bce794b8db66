"""The sharing picture of a page: its address, and the file that is drawn once and kept.

Other words, another address: so any cache may keep a picture for good.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from pages.content import Content
from pages.sharing.drawing import Step, draw

LOOK = 1
"""One more whenever pictures should be drawn anew because the drawing itself changed."""

FOLDER = "share"


def picture_url(content: Content) -> str:
    return reverse("sharing_picture", args=[content["page"]["slug"], digest_of(content)])


def digest_of(content: Content) -> str:
    """Stands for everything that the picture shows."""
    shown = [LOOK, *_words(content), *map(astuple, _steps(content))]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:12]


def described(content: Content) -> str:
    """The picture in words, for those who do not see it."""
    title, name = _words(content)
    labels = [step.label for step in _steps(content)]
    stair = f", over a stair from {labels[0]} to {labels[-1]}" if len(labels) > 1 else ""
    return f"“{title}”, by {name}{stair}."


def drawn(content: Content) -> bytes:
    return draw(*_words(content), _steps(content))


def kept(content: Content) -> bytes:
    """The picture from the storage, where it is put when it is not there yet."""
    folder, name = f"{FOLDER}/{content['page']['slug']}", f"{digest_of(content)}.png"
    try:
        with default_storage.open(f"{folder}/{name}") as file:
            return bytes(file.read())
    except FileNotFoundError:
        picture = drawn(content)
        _keep_only(folder, name, picture)
        return picture


def _keep_only(folder: str, name: str, picture: bytes) -> None:
    """Also deletes the pictures of earlier contents: their addresses lead to this one."""
    saved = default_storage.save(f"{folder}/{name}", ContentFile(picture))
    if saved != f"{folder}/{name}":
        # Somebody else drew it at the same time.
        default_storage.delete(saved)
    for other in default_storage.listdir(folder)[1]:
        if other != name:
            default_storage.delete(f"{folder}/{other}")


def _words(content: Content) -> tuple[str, str]:
    return content["page"]["title"], content["brand"]["name"]


def _steps(content: Content) -> list[Step]:
    return [Step(step["label"], step["drawing"], step["stands_here"]) for step in content["steps"]]
