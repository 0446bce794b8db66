"""Which release made a page: what is published by another one is made anew at the start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDERS = ["coaching_site", "leads", "pages", "templates"]
LOCK_FILE = "requirements.txt"


@cache
def release() -> str:
    """A digest of all that decides how a page is made: code, templates, libraries, names of static files."""
    digest = hashlib.blake2b(settings.SITE_URL.encode(), digest_size=10)
    for path in _files():
        digest.update(f"\n{path}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for folder in FOLDERS:
        found = (settings.BASE_DIR / folder).rglob("*")
        yield from sorted(path for path in found if path.is_file() and path.suffix != ".pyc")
    for path in [settings.BASE_DIR / LOCK_FILE, settings.STATIC_ROOT / "staticfiles.json"]:
        if path.is_file():
            yield path
