"""The least that a page can cost under gunicorn: a function that returns constant bytes and headers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_folder = Path(os.environ["FLOOR_DIR"])
BODY = [(_folder / "index.html.br").read_bytes()]
HEADERS = [(name, value) for name, value in json.loads((_folder / "headers.json").read_text())]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", HEADERS)
    return BODY
