"""How much of a request's files is kept: what a picture may have, and hardly any of it in memory."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from pages.pictures.decode import MOST_BYTES

MOST_IN_MEMORY = 256 * 1024


class BoundedUploads(FileUploadHandler):
    """Keeps a request's files as long as they are small enough, all of them together.

    What is too large is read past, not kept, so that the form's other fields still arrive, and the form
    can say what is wrong. Such a file is empty, and its `size` says how large it was.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = MOST_BYTES

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        # Closed with the uploaded file, at the end of the request.
        self.kept = tempfile.SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if len(raw_data) <= self.room:
            self.room -= len(raw_data)
            self.kept.write(raw_data)
        else:
            self.room = 0
            self.kept.seek(0)
            self.kept.truncate()

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.kept.seek(0)
        return UploadedFile(self.kept, self.file_name, self.content_type, file_size, self.charset)
