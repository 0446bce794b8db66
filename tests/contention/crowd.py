"""Many visitors who send at the same instant."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlencode

PATIENCE = 300.0


@dataclass(frozen=True)
class Post:
    path: str
    form: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str
    seconds: float


def all_at_once(port: int, posts: Sequence[Post]) -> list[Answer]:
    """Sends each from a connection of its own, once all are connected. Answers come in the same order."""
    starting_line = Barrier(len(posts))
    with ThreadPoolExecutor(len(posts)) as threads:
        return list(threads.map(lambda post: send(port, post, starting_line), posts))


def send(port: int, post: Post, starting_line: Barrier | None = None) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.connect()
    try:
        if starting_line:
            starting_line.wait(PATIENCE)
        return _exchange(connection, post)
    finally:
        connection.close()


def get(port: int, path: str, headers: dict[str, str] | None = None) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        return _answer(connection, "GET", path, None, headers or {})
    finally:
        connection.close()


def _exchange(connection: HTTPConnection, post: Post) -> Answer:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Sec-Fetch-Site": "same-origin",
        **post.headers,
    }
    return _answer(connection, "POST", post.path, urlencode(post.form), headers)


def _answer(
    connection: HTTPConnection, method: str, path: str, body: str | None, headers: dict[str, str]
) -> Answer:
    began = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    return Answer(response.status, response.headers, text, time.perf_counter() - began)
