"""Where pictures are kept, and how they leave: under /media/ of this site, whatever keeps them."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from pages.models import Picture
from pages.pictures.sizes import FOLDER, MEDIA_TYPES

# Only what the site itself wrote has such a name, so no other file can be asked for.
NAME = re.compile(
    rf"{FOLDER}/(?P<key>[0-9a-f]{{32}})(?P<width>-\d{{1,4}})?\.(?P<ending>{'|'.join(MEDIA_TYPES)})"
)

HEADERS = {
    # A name always stands for the same bytes.
    "Cache-Control": "public, max-age=31536000, immutable",
    # Should a file ever be taken for a document, it may do nothing.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


class WholeFiles(FileSystemStorage):
    """Files on this machine's disk. One takes its name only when all of it is there.

    Names come from contents, so a file of the same name is the same file, and may take its place.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: File[bytes]) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        try:
            with draft.open("xb") as file:
                file.writelines(content.chunks())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)  # On a full disk half a file would take the last of the room.
        return name


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """The file of that name. A size that is not made yet is answered by the picture itself."""
    if not (match := NAME.fullmatch(name)):
        return _missing()
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        return _picture_itself(match["key"]) if match["width"] else _missing()
    return _answer(file, MEDIA_TYPES[match["ending"]])


def _answer(file: IO[bytes], media_type: str) -> FileResponse:
    return FileResponse(file, content_type=media_type, headers=HEADERS)


def _picture_itself(key: str) -> HttpResponse:
    picture = Picture.objects.filter(key=key).first()
    if picture is None:
        return _missing()
    # The size may be there a second later.
    return HttpResponseRedirect(settings.MEDIA_URL + picture.name, headers={"Cache-Control": "no-store"})


def _missing() -> HttpResponse:
    return HttpResponse(
        "There is no such file.\n",
        status=404,
        content_type="text/plain; charset=utf-8",
        headers={**HEADERS, "Cache-Control": "no-store"},
    )
