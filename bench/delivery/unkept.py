"""The site as if each page were the first that its process makes: nothing is known of content or calendar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from coaching_site.wsgi import site
from pages import memory

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    memory.forget_all()
    return site(environ, start_response)
