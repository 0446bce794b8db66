"""An upload becomes a picture, or is refused in one sentence."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from pages.pictures import decode
from pages.pictures.sizes import name_of_picture

logger = logging.getLogger(__name__)

LONGEST_READING = 30.0
"""Seconds. The process ends itself earlier, unless the machine is very busy."""

KEPT_FOR = 6 * 3600
"""Seconds for which a form may come back without its file. Sweeping leaves new files alone for longer."""

MEGABYTES = decode.MOST_BYTES // 1024**2
MEGAPIXELS = decode.MOST_PIXELS // 10**6
KINDS = "a JPEG, PNG, WebP or AVIF file"

NO_ROOM = (
    "The server could not store this file: its disk may be full. "
    "Tell whoever looks after the server, then choose it again."
)
TOO_LARGE = f"This file is larger than {MEGABYTES} MB. Save it smaller, then choose it again."
SENTENCES = {
    "not_a_picture": f"This file is no picture that the site can show. Choose {KINDS}.",
    "too_many_pixels": f"This picture has more than {MEGAPIXELS} megapixels. "
    "Save it smaller, then choose it again.",
    "unreadable": "This picture cannot be read: the file is damaged, or the picture too large. "
    "Save it as a JPEG of at most 10 megapixels, then choose it again.",
}

_one_at_a_time = threading.Lock()
"""Two uploads at once would need twice the memory."""


class Refused(Exception):
    """The upload is not taken. The text is one sentence for whoever sent it."""


@dataclass(frozen=True)
class Master:
    """A picture as it was written anew: what all its sizes are made from."""

    key: str
    ending: str
    width: int
    height: int
    content: bytes = field(default=b"", repr=False, compare=False)

    @property
    def name(self) -> str:
        return name_of_picture(self.key, self.ending)

    def store(self) -> None:
        """Its name says what is in it, so a file of that name needs no second writing."""
        if not default_storage.exists(self.name):
            default_storage.save(self.name, ContentFile(self.content))

    def sign(self) -> str:
        """A token that a form carries, so that nobody chooses a file twice."""
        facts = {name: value for name, value in asdict(self).items() if name != "content"}
        return signing.dumps(facts, salt=__name__)


def master_of(token: str) -> Master | None:
    """The stored picture that a form's token stands for, unless the token is too old or not ours."""
    try:
        return Master(**signing.loads(token, salt=__name__, max_age=KEPT_FOR))
    except signing.BadSignature:
        return None


def receive(upload: UploadedFile[bytes]) -> Master:
    """The upload, checked by its content, written anew and stored. Raises Refused.

    It takes a second or so, and no database: call it outside transactions.
    """
    try:
        master = read(upload)
        master.store()
    except OSError as error:
        logger.exception("a picture could not be stored")
        raise Refused(NO_ROOM) from error
    return master


def read(upload: UploadedFile[bytes]) -> Master:
    if (upload.size or 0) > decode.MOST_BYTES:
        raise Refused(TOO_LARGE)
    if not getattr(upload, "had_room", True):
        raise Refused(NO_ROOM)
    with _one_at_a_time:
        facts, content = _rewritten(upload)
    if reason := facts.get("refused"):
        raise Refused(SENTENCES[reason])
    return Master(key=hashlib.sha256(content).hexdigest()[:32], content=content, **facts)


def _rewritten(upload: UploadedFile[bytes]) -> tuple[dict[str, Any], bytes]:
    with tempfile.TemporaryFile() as file:
        file.writelines(upload.chunks())
        file.seek(0)
        return _answer_to(file)


def _answer_to(file: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    command = [sys.executable, "-I", decode.__file__]
    try:
        # The command is our own; only what it reads is not.
        done = subprocess.run(command, stdin=file, capture_output=True, timeout=LONGEST_READING, check=True)  # noqa: S603
    except subprocess.SubprocessError:
        return {"refused": "unreadable"}, b""
    line, _, content = done.stdout.partition(b"\n")
    return json.loads(line), content
