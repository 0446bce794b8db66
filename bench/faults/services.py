"""PostgreSQL is restarted under load, as by an update and as after a crash, and Redis is taken away."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median

from bench.faults import story
from bench.faults.plant import running
from bench.faults.servers import Redis, redis
from bench.faults.stage import Stage, options_of, stages, wait_for
from bench.faults.visitors import Visitors, visiting
from bench.runs import say
from tests.contention.crowd import Post, send
from tests.contention.rounds import SECRET

WANTED = 5.0
AWAY = 8.0
"""Seconds without Redis."""
SLOWEST_WITHOUT = 5.0


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of("services", __doc__)
    parser.add_argument("--rounds", type=int, default=10, help="restarts of PostgreSQL, of each kind")
    options = parser.parse_args(arguments)
    is_well = [_restart_postgres(stage, options.rounds) for stage in stages(options) if stage.postgres]
    is_well += [_take_redis_away(stage) for stage in stages(options)]
    return 0 if all(is_well) else 1


# --- PostgreSQL


def _restart_postgres(stage: Stage, rounds: int) -> bool:
    took: dict[str, list[tuple[float, float, float]]] = {"fast": [], "immediate": []}
    with running(stage.plant()) as plant:
        visitors = Visitors(plant.port)
        with visiting(visitors):
            for mode in list(took) * rounds:
                visitors.offer(stage.database.run(story.empty_calendar))
                time.sleep(random.uniform(1, 3))  # noqa: S311 (not a secret)
                took[mode].append(_restart(mode, stage, visitors))
        faults = [*stage.verdict(visitors), *_broken(visitors)]
    say(f"PostgreSQL restarted: {rounds} rounds of each kind")
    for mode, figures in took.items():
        away, booked, sent = (
            f"{median(each):.1f} s, at most {max(each):.1f}" for each in zip(*figures, strict=True)
        )
        say(f"{'':<12}{mode:<12}away for {away}; then acknowledged after {booked}; mail sent after {sent}")
    stage.report(visitors, faults)
    return not faults and max(booked for figures in took.values() for _, booked, _ in figures) <= WANTED


def _restart(mode: str, stage: Stage, visitors: Visitors) -> tuple[float, float, float]:
    """Seconds that the database was away, and from then until a request was acknowledged and a mail sent."""
    assert stage.postgres  # noqa: S101
    began = time.monotonic()
    stage.postgres.restart(mode)
    back = time.monotonic()
    stage.database.run(story.reconnect)
    mails = stage.receivers.mails.times.total()
    sent = booked = 0.0
    while not (sent and booked) and time.monotonic() < back + 60:
        booked = booked or max(0.0, visitors.acknowledged_at - back)
        sent = sent or (time.monotonic() - back if stage.receivers.mails.times.total() > mails else 0.0)
        time.sleep(0.02)
    return back - began, booked, sent


def _broken(visitors: Visitors) -> Iterator[str]:
    """Answers with another status than those that say: away, come again."""
    for answer, count in (visitors.posts + visitors.read).items():
        if re.search(r"\b5(?!03)\d\d\b", answer):
            yield f"{count} × {answer}"


# --- Redis


def _take_redis_away(stage: Stage) -> bool:
    folder = Path(stage.environment["DATA_DIR"])
    with redis(folder) as server, running(stage.plant(CACHE_URL=server.url)) as plant:
        visitors = Visitors(plant.port)
        with visiting(visitors):
            visitors.offer(stage.database.run(story.empty_calendar))
            before = _tried(plant.port, seconds=2)
            server.stop()
            without = _tried(plant.port, seconds=AWAY)
            again = _start_again(server, plant.port)
        faults = [*stage.verdict(visitors), *_broken(visitors)]
    say(f"{stage.name}, Redis away for {AWAY:.0f} s")
    for when, found in {"with": before, "without": without}.items():
        for what, seconds in sorted(found.items()):
            say(f"{'':<12}{when:<9}{what:<36}{len(seconds):>4} ×, at most {max(seconds):.1f} s")
    say(f"{'':<12}signing in works again {again:.1f} s after Redis")
    stage.report(visitors, faults)
    is_kind = not any(what.endswith("500") for what in without)
    slowest = max(max(seconds) for seconds in without.values())
    return not faults and is_kind and slowest <= SLOWEST_WITHOUT and again <= WANTED


def _tried(port: int, *, seconds: float) -> dict[str, list[float]]:
    """What staff do, again and again: how long each took, by what it was and its answer."""
    found: dict[str, list[float]] = {}
    _note(found, "mistypes the password", _sign_in(port, "wrong"))  # Once: ten in a minute lock the door.
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _note(found, "signs in", _sign_in(port, story.PASSWORD))
        _note(found, "opens the page to sign in", _page_to_sign_in(port))
        time.sleep(0.5)
    return found


def _note(found: dict[str, list[float]], what: str, answer: tuple[str, float]) -> None:
    found.setdefault(f"{what}: {answer[0]}", []).append(answer[1])


def _sign_in(port: int, password: str) -> tuple[str, float]:
    form = {"login": "owner", "password": password, "csrfmiddlewaretoken": SECRET}
    post = Post("/admin/login/", form, {"Cookie": f"csrftoken={SECRET}"})
    began = time.monotonic()
    try:
        said = str(send(port, post).status)
    except (OSError, HTTPException) as error:
        said = type(error).__name__
    return said, time.monotonic() - began


def _page_to_sign_in(port: int) -> tuple[str, float]:
    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/admin/login/")
        return str(connection.getresponse().status), time.monotonic() - began
    finally:
        connection.close()


def _start_again(server: Redis, port: int) -> float:
    """Seconds from the start of Redis until somebody has signed in."""
    began = time.monotonic()
    server.start()
    with suppress(OSError):
        wait_for(lambda: _sign_in(port, story.PASSWORD)[0] != "302", seconds=60)
    return time.monotonic() - began
