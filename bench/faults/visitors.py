"""Visitors who book and read all the while, and note what they were told.

One whose connection breaks, or who reads that the site is away, sends the same form again, as a browser does
on request. What counts is the answer: 303 is a promise.
"""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from bench.faults.plant import get
from leads.time_choices import NONE_SUITS
from tests.contention.crowd import Answer, Post, send
from tests.contention.rounds import booking_form

PAUSE = (0.2, 0.8)
"""Seconds between two forms of one visitor, and before the same form is sent again."""
MOST_TRIES = 60


@dataclass
class Booked:
    """One form, and what its sender was told."""

    form: dict[str, str]
    tokens: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """A status, or the name of what went wrong, for each time it was sent."""

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.tokens)

    @property
    def is_answered(self) -> bool:
        """Whether it was taken, or refused in a way that sending it again does not change."""
        return self.answers[-1][:1] in {"2", "3", "4"}


@dataclass
class Visitors:
    port: int
    pages: Sequence[str] = ("/", "/book/")
    booked: list[Booked] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    times: SimpleQueue[str] = field(default_factory=SimpleQueue)
    acknowledged_at: float = 0.0
    slowest: float = 0.0
    numbers: Iterator[int] = field(default_factory=count)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def acknowledged(self) -> list[Booked]:
        return [booked for booked in self.booked if booked.is_acknowledged]

    @property
    def posts(self) -> Counter[str]:
        return Counter(answer for booked in self.booked for answer in booked.answers)

    def offer(self, times: Sequence[str]) -> None:
        """Who books next takes one of these; when none is left, people book without a time."""
        for value in times:
            self.times.put(value)

    def book(self) -> None:
        while not self.stopping.is_set():
            self._book_one()
            self._pause()

    def _book_one(self) -> None:
        try:
            wanted = self.times.get_nowait()
        except Empty:
            wanted = NONE_SUITS
        form = booking_form(next(self.numbers), wanted) | {"submission": secrets.token_urlsafe(16)}
        booked = Booked(form)
        self.booked.append(booked)
        for _ in range(MOST_TRIES):
            booked.answers.append(self._send(booked))
            if booked.is_answered:
                return
            self._pause()

    def _send(self, booked: Booked) -> str:
        began = time.monotonic()
        try:
            answer = send(self.port, Post("/book/", booked.form))
        except (OSError, HTTPException) as error:
            return type(error).__name__
        if answer.status == 303:
            booked.tokens.append(urlsplit(answer.headers["Location"]).path.split("/")[-2])
            self.acknowledged_at = time.monotonic()
            self.slowest = max(self.slowest, self.acknowledged_at - began)
        return str(answer.status) + (" with what was typed" if _gives_back(booked.form, answer) else "")

    def look(self) -> None:
        while not self.stopping.is_set():
            for page in self.pages:
                try:
                    status: object = get(self.port, page)[0]
                except (OSError, HTTPException) as error:
                    status = type(error).__name__
                self.read[f"{page} {status}"] += 1
            self._pause()

    def _pause(self) -> None:
        time.sleep(random.uniform(*PAUSE))  # noqa: S311 (not a secret)


def _gives_back(form: dict[str, str], answer: Answer) -> bool:
    return answer.status == 503 and all(form[name] in answer.text for name in ["name", "email", "goals"])


@contextmanager
def visiting(visitors: Visitors, *, bookers: int = 6, readers: int = 1) -> Iterator[Visitors]:
    """They come and go on during this block; each finishes what they have in hand."""
    work = [visitors.book] * bookers + [visitors.look] * readers
    threads = [threading.Thread(target=each, daemon=True) for each in work]
    for thread in threads:
        thread.start()
    try:
        yield visitors
    finally:
        visitors.stopping.set()
        for thread in threads:
            thread.join()
