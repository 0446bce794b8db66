"""How long a booking takes when eight people book at once, each a time of their own.

On SQLite every answer has been written through to the disk (`synchronous=FULL`) before it is sent.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import quantiles

from bench.runs import names_of, new_database, options_of, say
from tests.contention import story
from tests.contention.crowd import Answer, Post, send
from tests.contention.rounds import booking_form
from tests.contention.site import Site, site

BATCH = 40
"""Bookings before the calendar is emptied again, so that the last one finds as little as the first."""

TICKS = os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    say(f"{options.posts} bookings, {options.at_once} at once, each of a time of its own")
    say(
        f"{'database':<12}{'p50':>9}{'p90':>9}{'p99':>9}{'slowest':>9}{'p99/p50':>9}{'errors':>8}"
        f"{'a second':>10}{'CPU each':>10}"
    )
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench booking_posts", description=__doc__))
    parser.add_argument("--posts", type=int, default=1200)
    parser.add_argument("--at-once", type=int, default=8)
    return parser.parse_args(arguments)


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    with new_database(server) as run, site(run) as served:
        _batch(served, options.at_once)  # The first requests of a process load its templates.
        cpu, answers, seconds = _cpu_of(served.pid), [], 0.0
        for _ in range(options.posts // BATCH):
            began = time.perf_counter()
            answers += _batch(served, options.at_once)
            seconds += time.perf_counter() - began
        cpu = _cpu_of(served.pid) - cpu
    return _report(name, answers, seconds, cpu)


def _batch(served: Site, at_once: int) -> list[Answer]:
    served.database.run(story.forget_all)
    times = served.database.run(story.open_times_now)[:BATCH]
    posts = [Post("/book/", booking_form(number, start)) for number, start in enumerate(times)]
    with ThreadPoolExecutor(at_once) as clients:
        return list(clients.map(lambda post: send(served.port, post), posts))


def _report(name: str, answers: Sequence[Answer], seconds: float, cpu: float) -> bool:
    taken = [answer.seconds * 1000 for answer in answers]
    cuts = quantiles(taken, n=100)
    p50, p90, p99 = cuts[49], cuts[89], cuts[98]
    errors = sum(answer.status != 303 for answer in answers)
    say(
        f"{name:<12}{p50:>6.0f} ms{p90:>6.0f} ms{p99:>6.0f} ms{max(taken):>6.0f} ms{p99 / p50:>9.1f}"
        f"{errors:>8}{len(answers) / seconds:>10.0f}{cpu / len(answers) * 1000:>7.1f} ms"
    )
    return errors == 0 and p99 <= 10 * p50


def _cpu_of(pid: int) -> float:
    """Seconds that a process and its children have used."""
    return sum(_ticks(each) for each in _tree(pid)) / TICKS


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _tree(int(child))


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15])
