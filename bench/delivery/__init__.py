"""GET of a page: against the limit, the floor and the peers, in one run.

Each target has its own processes, the same number of workers, and the same client. The rounds are
interleaved, so that a machine that is busy for a while is busy for all of them, and the medians are
compared. Trust the CPU: on a shared machine it repeats far better than requests per second.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from bench.delivery import site
from bench.delivery.load import Round, measure
from bench.delivery.table import Row, Rows, lines_of, lines_of_figures
from bench.delivery.targets import SERVED, Target, start_targets
from bench.delivery.tools import Missing, need_programs, program
from bench.runs import say

SECONDS = 1
"""Of a round."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    try:
        need_programs()
        with tempfile.TemporaryDirectory(prefix="coaching-site-bench-") as folder, ExitStack() as running:
            _compare(Path(folder), running, options)
    except Missing as missing:
        say(str(missing))
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench delivery", description="GET of a page, compared.")
    parser.add_argument("--quick", action="store_true", help="two rounds")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--without-peers", action="store_true", help="only what is here already")
    return parser.parse_args(arguments)


def _compare(folder: Path, running: ExitStack, options: argparse.Namespace) -> None:
    say(_machine())
    targets = start_targets(folder, running, with_peers=not options.without_peers)
    rounds = 2 if options.quick else options.rounds
    say(f"{len(targets)} targets, {rounds} rounds of {SECONDS} s …")
    rows = _measure(targets, rounds)
    with site.worker(folder / "site") as worker:
        # It says nothing when it is ready, but it has read everything by then.
        time.sleep(3)
        memory = rows[SERVED].memory + worker.memory()
    say("\n".join(["", *lines_of(rows), "", *lines_of_figures(rows, memory), ""]))


def _measure(targets: Sequence[Target], rounds: int) -> Rows:
    """Every other round goes backwards, so that nobody always follows the same neighbour."""
    for target in targets:
        _round(target)
    found: dict[str, list[Round]] = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets if number % 2 else reversed(targets):
            found[target.name].append(_round(target))
    return {target.name: Row(found[target.name], target.server.memory()) for target in targets}


def _round(target: Target) -> Round:
    return measure(target.server, target.path, target.headers, SECONDS)


def _machine() -> str:
    """The machine in a line, without its name."""
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    parts = [f"{len(os.sched_getaffinity(0))} cores", system, f"Python {platform.python_version()}"]
    parts += [f"{name} {version(name.lower())}" for name in ("Django", "gunicorn")]
    parts += [_version_of("nginx"), _version_of("wrk")]
    return ", ".join(parts)


def _version_of(name: str) -> str:
    """nginx and wrk both write it on their standard error or output, each in its own way."""
    said = subprocess.run(  # noqa: S603
        [program(name) or name, "-v"], capture_output=True, text=True, check=False
    )
    found = re.search(r"\d+\.\d+\.\d+", said.stderr + said.stdout)
    return f"{name} {found[0] if found else ''}".strip()
