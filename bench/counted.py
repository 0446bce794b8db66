"""The site, which notes in a file each page that it makes: the processes that make pages are several."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from coaching_site.wsgi import site
from pages.delivery.front import DeliveryFront

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

FILE = "renderings"


def renderings(folder: Path) -> int:
    """How many pages have been made by the site whose data is in this folder."""
    file = folder / FILE
    return file.stat().st_size if file.exists() else 0


def _counted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    with (settings.DATA_DIR / FILE).open("ab") as notes:
        notes.write(b".")
    return site(environ, start_response)


application = DeliveryFront(_counted)
