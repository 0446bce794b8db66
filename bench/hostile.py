"""Thousands of requests that nobody honest sends, through all that stands before Django, and Django itself.

From strangers, from a browser that is signed in to the desk, and with files that are no pictures. No answer
may be a failure of the server, show a traceback, lead to another site, or hold text that became markup.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence

from bench.runs import names_of, new_database, options_of, say

KINDS = {"from_strangers": 0.5, "to_the_desk": 0.4, "uploads": 0.1}
"""Which share of the requests each of the strategies makes."""

AT_ONCE = 500
"""Examples of one walk: a long one has Hypothesis remember too much."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench hostile", description=__doc__))
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument(
        "--seconds", type=float, default=3600, help="end after so many, however many were sent"
    )
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    with new_database(server) as run:
        run.run(_prepare)
        began = time.monotonic()
        results: Counter[str] = Counter()
        for number, (kind, examples) in enumerate(_walks(options.examples)):
            if time.monotonic() - began < options.seconds:
                results += Counter(run.run(_walk, kind, examples, options.seed + number))
        seconds = time.monotonic() - began
    broke = {result: count for result, count in results.items() if result.startswith("broke")}
    sent = results.total() - sum(broke.values())
    statuses = ", ".join(
        f"{count} × {status}" for status, count in sorted((results - Counter(broke)).items())
    )
    say(f"{name:<12}{sent} hostile requests in {seconds:.0f} s, {sum(broke.values())} faults: {statuses}")
    for line in sorted(broke)[:20]:
        say(f"{'':<12}{line.encode(errors='replace').decode()}")
    return not broke


def _walks(examples: int) -> list[tuple[str, int]]:
    """By turns, so that a run that is ended early has sent of every kind."""
    rounds = max(1, round(examples * max(KINDS.values()) / AT_ONCE))
    return [(kind, round(examples * share / rounds)) for _ in range(rounds) for kind, share in KINDS.items()]


# --- In a process of its own, where Django knows only the run's database


def _prepare() -> None:
    from django.core.management import call_command

    from coaching_site.static_files import collect_static_files
    from leads.counting import views as counting_views
    from leads.counting.counters import Counters
    from tests.security import world

    call_command("migrate", verbosity=0)
    collect_static_files()
    # Written when somebody says so: a thread would write beside what is undone.
    counting_views.counters = Counters(every=None)
    globals()["WORLD"] = world.built()


def _walk(kind: str, examples: int, seed: int) -> Counter[str]:
    import logging

    from tests.security import hostile

    logging.disable(logging.ERROR)
    world = globals()["WORLD"]
    return hostile.walk(world, getattr(hostile, kind)(world), examples, seed)
