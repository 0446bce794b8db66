"""How much of a request's files is kept: what a picture may have, in memory, and nothing on disk."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from pages.pictures.decode import MOST_BYTES


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
        self.kept = io.BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if len(raw_data) <= self.room:
            self.room -= len(raw_data)
            self.kept.write(raw_data)
        else:
            self.room = 0
            self.kept = io.BytesIO()

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
