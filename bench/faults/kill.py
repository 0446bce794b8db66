"""SIGKILL for the web server, one of its processes, the worker, or all, at random moments under load."""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from django.utils import timezone

from bench.faults import story
from bench.faults.plant import Plant, running
from bench.faults.stage import Stage, options_of, stages, wait_for
from bench.faults.visitors import Visitors, visiting
from bench.runs import say

VICTIMS = ["web", "one process of web", "worker", "both"]
MOMENT = (0.2, 2.0)
"""Seconds after everything was ready."""


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of("kill", __doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--within", type=float, default=5.0, help="seconds for a start")
    parser.add_argument("--hasten", action="store_true", help="do not wait for the leases of the dead")
    options = parser.parse_args(arguments)
    return 0 if all([_run(stage, options) for stage in stages(options)]) else 1  # noqa: C419 (each is run)


def _run(stage: Stage, options: argparse.Namespace) -> bool:
    choose = random.Random(options.seed)  # noqa: S311 (not a secret)
    took: defaultdict[str, list[float]] = defaultdict(list)
    with running(stage.plant()) as plant:
        visitors = Visitors(plant.port)
        with visiting(visitors):
            for _ in range(options.rounds):
                visitors.offer(stage.database.run(story.empty_calendar))
                time.sleep(choose.uniform(*MOMENT))
                victim = choose.choice(VICTIMS)
                took[victim].append(_strike(victim, plant, stage))
        if options.hasten:
            stage.database.run(story.bring_forward)
        faults = stage.verdict(visitors)
    say(f"{stage.name}: {options.rounds} rounds")
    for victim, seconds in sorted(took.items()):
        back = f"back after {median(seconds):.1f} s, at most {max(seconds):.1f} s"
        say(f"{'':<12}{victim:<20}{len(seconds):>4} ×, {back}")
    stage.report(visitors, faults)
    return not faults and max(map(max, took.values())) <= options.within


def _strike(victim: str, plant: Plant, stage: Stage) -> float:
    """Kills and starts again. Returns the seconds until all of it does its work again."""
    if victim == "one process of web":
        plant.web.kill_a_child()
        return plant.start()
    units = {"web": [plant.web], "worker": [plant.worker], "both": [plant.web, plant.worker]}[victim]
    for unit in units:
        unit.kill()
    at, began = timezone.now(), time.monotonic()
    plant.start(*units)
    if plant.worker in units:
        wait_for(lambda: not _has_signed(stage, at), seconds=60)
    return time.monotonic() - began


def _has_signed(stage: Stage, at: datetime) -> bool:
    """Whether a worker has given a sign of life since."""
    seen = stage.database.run(story.worker_seen_at)
    return seen is not None and seen >= at
