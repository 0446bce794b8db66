"""How much of a request's files is kept: what a picture may have, and hardly any of it in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from pages.pictures.decode import MOST_BYTES

MOST_IN_MEMORY = 256 * 1024


class Upload(UploadedFile):  # type: ignore[type-arg]  # Django takes none when it runs
    had_room: bool = True
    """Whether the disk took it; if not, it is empty."""


class BoundedUploads(FileUploadHandler):
    """Keeps a request's files as long as they are small enough, all of them together, and the disk has room.

    What is too large is read past, not kept, so that the form's other fields still arrive, and the form
    can say what is wrong. Such a file is empty, and its `size` says how large it was.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = MOST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.had_room = True
        self._begin()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if len(raw_data) <= self.room:
            self.room -= len(raw_data)
            with self._disk():
                self.kept.write(raw_data)
        else:
            self._forget()

    def file_complete(self, file_size: int) -> Upload:
        with self._disk():
            self.kept.seek(0)
        upload = Upload(self.kept, self.file_name, self.content_type, file_size, self.charset)
        upload.had_room = self.had_room
        return upload

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.had_room = False
            self._forget()

    def _begin(self) -> None:
        # Closed with the uploaded file, at the end of the request.
        self.kept = tempfile.SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115

    def _forget(self) -> None:
        self.room = 0
        with suppress(OSError):  # Closing tries once more to write what could not be written.
            self.kept.close()
        self._begin()
