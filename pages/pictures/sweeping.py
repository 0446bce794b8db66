"""Files that belong to no picture: of uploads never saved, of workers that died, of failed deletions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage

from pages.models import Picture, Rendition
from pages.pictures.sizes import FOLDER

EVERY = timedelta(hours=6)

GRACE = timedelta(days=1)
"""A file this young may belong to a picture that somebody is still filling in."""


def sweep(at: datetime) -> list[str]:
    """Deletes the orphans. Returns their names."""
    names = list(orphans(at))
    for name in names:
        default_storage.delete(name)
    return names


def orphans(at: datetime) -> Iterator[str]:
    # The files before the rows: a picture that arrives in between is not taken for an orphan.
    files = _files()
    known = _known()
    for name in files:
        if name not in known and default_storage.get_modified_time(name) < at - GRACE:
            yield name


def _files() -> list[str]:
    try:
        return [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    except FileNotFoundError:
        return []


def _known() -> set[str]:
    pictures = {picture.name for picture in Picture.objects.all()}
    renditions = Rendition.objects.select_related("picture")
    return pictures | {rendition.name for rendition in renditions}
