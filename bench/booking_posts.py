"""How long a booking takes when eight people book at once, each a time of their own.

On SQLite every answer has been written through to the disk (`synchronous=FULL`) before it is sent. Beside it
runs a view that does nothing but insert one row and commit, under the same gunicorn and on the same database,
in rounds that take turns.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from statistics import median, quantiles

from bench.delivery.servers import cpu_seconds
from bench.runs import names_of, new_database, options_of, say
from tests.contention import story
from tests.contention.crowd import Answer, Post, send
from tests.contention.rounds import booking_form
from tests.contention.site import Site, serving, site

BATCH = 40
"""Bookings before the calendar is emptied again, so that the last one finds as little as the first."""

WANTED = 0.5
"""Of the bare view's requests per second."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    say(f"{options.posts} bookings, {options.at_once} at once, each of a time of its own")
    say(
        f"{'':<24}{'p50':>9}{'p90':>9}{'p99':>9}{'slowest':>9}{'p99/p50':>9}{'errors':>8}"
        f"{'a second':>10}{'CPU each':>10}"
    )
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench booking_posts", description=__doc__))
    parser.add_argument("--posts", type=int, default=1200)
    parser.add_argument("--at-once", type=int, default=8)
    return parser.parse_args(arguments)


@dataclass
class Rounds:
    """What one of the two views took."""

    site: Site
    answers: list[Answer] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: float = 0.0

    def go(self, posts: Sequence[Post], at_once: int) -> None:
        cpu, began = cpu_seconds(self.site.pid), time.perf_counter()
        with ThreadPoolExecutor(at_once) as clients:
            answers = list(clients.map(lambda post: send(self.site.port, post), posts))
        self.rates.append(len(answers) / (time.perf_counter() - began))
        self.cpu += cpu_seconds(self.site.pid) - cpu
        self.answers += answers

    def line(self, name: str) -> str:
        taken = [answer.seconds * 1000 for answer in self.answers]
        return (
            f"{name:<24}{self._cut(50):>6.0f} ms{self._cut(90):>6.0f} ms{self._cut(99):>6.0f} ms"
            f"{max(taken):>6.0f} ms{self._cut(99) / self._cut(50):>9.1f}{self.errors:>8}{self.rate:>10.0f}"
            f"{self.cpu / len(taken) * 1000:>7.1f} ms"
        )

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def errors(self) -> int:
        return sum(answer.status != 303 for answer in self.answers)

    @property
    def has_short_tail(self) -> bool:
        return self._cut(99) <= 10 * self._cut(50)

    def _cut(self, percent: int) -> float:
        return quantiles([answer.seconds * 1000 for answer in self.answers], n=100)[percent - 1]


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    with (
        new_database(server) as run,
        site(run) as ours,
        serving(run, application="bench.bare_insert:application") as theirs,
    ):
        booking, bare = Rounds(ours), Rounds(theirs)
        prospects = count()
        posts = _times(run.run, prospects)
        for warming in (Rounds(ours), Rounds(theirs)):  # The first requests load what they need.
            warming.go(posts, options.at_once)
        for _ in range(options.posts // BATCH):
            posts = _times(run.run, prospects)
            bare.go(posts, options.at_once)
            booking.go(posts, options.at_once)
    ratio = booking.rate / bare.rate
    say(booking.line(name))
    say(bare.line(f"{name}, one bare row"))
    say(f"{'':<24}{ratio:.2f} of the bare view's requests a second, at least {WANTED} wanted")
    return booking.errors == bare.errors == 0 and booking.has_short_tail and ratio >= WANTED


def _times(run: Callable[..., list[str]], prospects: Iterator[int]) -> list[Post]:
    """A booking for each of the first open times, in an empty calendar.

    Each by another prospect: one who asks again and again is set aside, which writes less.
    """
    run(story.forget_all)
    times = run(story.open_times_now)[:BATCH]
    return [Post("/book/", booking_form(next(prospects), start)) for start in times]
