"""Thousands of random bookings, moves, cancellations, answers and offers from several processes at once.

Afterwards calls must not overlap, and held times, histories, mails and limits must agree with them.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence

from bench.runs import names_of, new_database, options_of, say
from tests.contention import walk


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench random_walk", description=__doc__))
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    with new_database(server, processes=options.processes) as run:
        run.run(walk.prepare)
        began = time.monotonic()
        steps = options.steps // options.processes
        walks = [run.start(walk.walk, steps, options.seed + n) for n in range(options.processes)]
        results = sum((Counter(walked.result()) for walked in walks), Counter[str]())
        seconds = time.monotonic() - began
        faults = run.run(walk.verdict)
    broke = {result: count for result, count in results.items() if "broke" in result}
    say(
        f"{name:<12}{results.total()} steps from {options.processes} processes in {seconds:.0f} s, "
        f"{sum(broke.values())} broke, {len(faults)} faults"
    )
    _tell(results)
    for line in [*broke, *faults[:20]]:
        say(f"{'':<12}{line}")
    return not broke and not faults


def _tell(results: Counter[str]) -> None:
    for act in sorted({result.partition(":")[0] for result in results}):
        ends = [f"{count} {end}" for result, count in sorted(results.items()) for end in _ends(result, act)]
        say(f"{'':<12}{act.replace('_', ' '):<24}{', '.join(ends)}")


def _ends(result: str, act: str) -> list[str]:
    name, _, end = result.partition(": ")
    return [end] if name == act else []
