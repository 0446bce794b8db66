"""A newer release takes the place of an older one under load, as deploy/upgrade.sh does it, behind nginx.

The tables are brought up to date while the old code serves; then both units are asked to end and are started
from the new code. The old release is the one before suspected spam was set aside, whose migrations add
columns, tables, checks and indexes. With --bare there is neither nginx nor a port that stays open.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.delivery import nginx
from bench.delivery.tools import ROOT, Missing, need_programs
from bench.faults import story
from bench.faults.plant import Plant, get, running
from bench.faults.stage import Stage, options_of, stages
from bench.faults.visitors import Visitors, visiting
from bench.runs import say

FIRST_NEW = "leads/migrations/0022_set_suspected_spam_aside.py"
"""The first migration that the old release does not have."""

AS_THE_OLD_RELEASE = """
import django; django.setup()
from bench import many_requests
from django.core.management.color import no_style
from django.db import connection
from leads.models import BookingEvent, BookingRequest, Message, WebhookEndpoint
from pages.starter import load_pages
from tests.contention import story
story.prepare(); load_pages(); many_requests.seed({requests})
WebhookEndpoint.objects.create(name="CRM", url="https://{host}/hook")
for statement in connection.ops.sequence_reset_sql(no_style(), [BookingRequest, BookingEvent, Message]):
    connection.cursor().execute(statement)
"""
WANTED = 30.0
LEAD, TAIL = 1.5, 2.0
"""Seconds of visits before the tables change, and after the new release is ready."""


class Took(NamedTuple):
    """Seconds of one upgrade."""

    tables: float
    end: float
    ready: float


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of("upgrade", __doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20_000, help="how many the site has already")
    parser.add_argument("--bare", action="store_true", help="without nginx, gunicorn opens its own port")
    options = parser.parse_args(arguments)
    need_programs()
    with old_release() as old:
        rounds = [
            _round(stage, old, options.requests, is_bare=options.bare)
            for _ in range(options.rounds)
            for stage in stages(options, is_empty=True)
        ]
    return 0 if all(rounds) else 1


def _round(stage: Stage, old: Path, requests: int, *, is_bare: bool) -> bool:
    _as_old(stage, old, requests)
    with ExitStack() as up:
        plant = up.enter_context(running(stage.plant(folder=old, holds_port=not is_bare)))
        visitors = Visitors(plant.port if is_bare else _front(stage, plant, up))
        with visiting(visitors, bookers=3):
            visitors.offer(_open_times(plant.port))
            time.sleep(LEAD)
            took = _upgrade(stage, plant)
            time.sleep(TAIL)
        faults = [*stage.verdict(visitors), *_seen(visitors, is_bare=is_bare)]
    say(
        f"{stage.name}: tables in {took.tables:.1f} s while the old release served, "
        f"all ended in {took.end:.1f} s, ready in {took.ready:.1f} s more"
    )
    stage.report(visitors, faults)
    return not faults and took.end + took.ready <= WANTED


def _upgrade(stage: Stage, plant: Plant) -> Took:
    began = time.monotonic()
    _manage(ROOT, stage, "prepare")
    tables = time.monotonic() - began
    stage.database.run(story.take_any_number)
    end = max(unit.terminate() for unit in (plant.web, plant.worker))
    plant.folder = ROOT
    return Took(tables, end, plant.start(plant.web, plant.worker))


def _front(stage: Stage, plant: Plant, up: ExitStack) -> int:
    """nginx as it is shipped; its port."""
    data = Path(stage.environment["DATA_DIR"])
    front = nginx.deployed(data, data / "nginx", workers=1, application=plant.url)
    return int(urlsplit(up.enter_context(front).url).port or 0)


def _seen(visitors: Visitors, *, is_bare: bool) -> Iterator[str]:
    """Whatever is neither a page nor a promise. Without nginx a connection may be refused meanwhile."""
    allowed = {"200", "303", "409", *(["ConnectionRefusedError"] if is_bare else [])}
    for answer, count in (visitors.posts + visitors.read).items():
        if answer.split()[-1] not in allowed:
            yield f"{count} × {answer}"


def _open_times(port: int) -> list[str]:
    """As the old release's own form offers them."""
    return list(dict.fromkeys(re.findall(r'name="starts_at"[^>]*value="(\d[^"]+)"', get(port, "/book/")[1])))


# --- The old release


@contextmanager
def old_release() -> Iterator[Path]:
    """Its files, from the history of this project."""
    with tempfile.TemporaryDirectory(prefix="coaching-site-old-") as folder:
        newer = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", FIRST_NEW).strip().decode()
        archive = _git("archive", f"{newer}^") if newer else b""
        if not archive:
            raise Missing("The old release is in the history of the project, of which there is none here.")
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)  # noqa: S603, S607
        yield Path(folder)


def _git(*arguments: str) -> bytes:
    done = subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    return done.stdout


def _as_old(stage: Stage, old: Path, requests: int) -> None:
    code = AS_THE_OLD_RELEASE.format(requests=requests, host=story.HOST)
    _run([sys.executable, "-c", code], old, stage)
    _manage(old, stage, "prepare")


def _manage(folder: Path, stage: Stage, command: str) -> None:
    _run([sys.executable, "manage.py", command], folder, stage)


def _run(command: list[str], folder: Path, stage: Stage) -> None:
    done = subprocess.run(  # noqa: S603 (our own commands)
        command, cwd=folder, env=stage.environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"{command[-1]} in {folder.name}: {done.stderr[-1500:]}")
