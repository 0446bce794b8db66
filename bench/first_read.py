"""What the first reader after a change waits for, and how often a crowd of readers has the page made.

Rounds take turns, and medians are compared with those of a page that is not stored. A change is the
publication of the page itself, that of another page, or a new call in the calendar. After each round
sixty-four readers come at once to two processes.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import Barrier

from django.utils import timezone

from bench.counted import renderings
from bench.growth import prepare
from bench.runs import names_of, new_database, options_of, say
from leads.turn import calendar_turn
from pages.models import LandingPage
from pages.publishing import publish
from tests.contention.crowd import PATIENCE
from tests.contention.site import serving

WANTED = 3.0
"""Times an unstored page, at most."""

CROWD = 64

HOST = "127.0.0.1"
"""The site's own address: only that is published as files, which its processes share."""


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench first_read", description=__doc__))
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args(arguments)
    is_well = [_run(name, server, options.rounds) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def publish_page(is_home: bool) -> None:
    page = LandingPage.objects.filter(is_home=is_home).order_by("pk")[0]
    publish(page, by=None, at=timezone.now())


def change_calendar() -> None:
    with calendar_turn():
        pass


CHANGES: dict[str, Callable[[], None]] = {
    "after this page was published": partial(publish_page, is_home=True),
    "after another page was published": partial(publish_page, is_home=False),
    "after a call was booked": change_calendar,
}
UNSTORED = "the page, not stored"
STORED = "the page, stored"


def _run(name: str, server: str, rounds: int) -> bool:
    taken: dict[str, list[float]] = defaultdict(list)
    made: list[int] = []
    with new_database(server, SITE_URL=f"http://{HOST}") as run:
        run.run(prepare)
        folder = Path(run.environment["DATA_DIR"])
        with (
            serving(run, application="bench.counted:application") as site,
            serving(run, application="coaching_site.wsgi:site") as bare,
        ):
            _warm(bare.port)
            for _ in range(rounds):
                taken[UNSTORED].append(_read(bare.port))
                for words, change in CHANGES.items():
                    run.run(change)
                    taken[words].append(_read(site.port))
                taken[STORED].append(_read(site.port))
                run.run(change_calendar)
                before = renderings(folder)
                _crowd(site.port)
                made.append(renderings(folder) - before)
    medians = {words: median(times) for words, times in taken.items()}
    for words, seconds in medians.items():
        say(f"{name:<12}{words:<36}{seconds * 1000:>7.1f} ms{seconds / medians[UNSTORED]:>7.2f}×")
    say(f"{name:<12}{CROWD} readers at once, {rounds} times: made {sorted(set(made))} times each")
    return max(medians[words] for words in CHANGES) < WANTED * medians[UNSTORED] and set(made) == {1}


def _warm(port: int) -> None:
    """Each process makes the page once: which of them answers is chance."""
    for _ in range(20):
        _read(port)


def _crowd(port: int) -> None:
    starting_line = Barrier(CROWD)
    with ThreadPoolExecutor(CROWD) as readers:
        list(readers.map(lambda _: _read(port, starting_line), range(CROWD)))


def _read(port: int, starting_line: Barrier | None = None) -> float:
    """Seconds from the request to the last byte."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.connect()
    try:
        if starting_line:
            starting_line.wait(PATIENCE)
        began = time.perf_counter()
        connection.request("GET", "/", headers={"Host": HOST, "Accept-Encoding": "br"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise AssertionError(f"The page answered {response.status}.")
        return time.perf_counter() - began
    finally:
        connection.close()
