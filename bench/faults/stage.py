"""What every fault needs: a database, whom the site writes to, the site itself, and a verdict at the end."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.delivery.tools import ROOT
from bench.faults import story
from bench.faults.plant import Plant
from bench.faults.receivers import Received, Receivers, receivers
from bench.faults.servers import Postgres, postgres
from bench.faults.visitors import Visitors
from bench.runs import say
from tests.contention.database import SQLITE, Database
from tests.contention.database import database as new_database

WORKER = [sys.executable, "-P", str(ROOT / "bench" / "faults" / "worker.py")]
"""By its path, because an older release has no such module."""
SECONDS_WITHOUT_PROGRESS = 180.0
"""While something is still to be sent: a lease of two minutes must run out."""


Disk = Callable[[str], AbstractContextManager[Path | None]]
"""Where everything of a run lies, by the name of its database."""


def anywhere(name: str) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class Stage:
    name: str
    database: Database
    receivers: Receivers
    postgres: Postgres | None
    environment: dict[str, str]

    def plant(self, *, folder: Path = ROOT, holds_port: bool = True, **environment: str) -> Plant:
        return Plant(self.environment | environment, WORKER, folder=folder, holds_port=holds_port)

    def verdict(self, visitors: Visitors) -> list[str]:
        """What should not be, in words, once everything that waits has been sent."""
        left = self._wait_for_the_rest()
        promised = {booked.form["name"]: (booked.form, booked.tokens) for booked in visitors.acknowledged}
        faults = self.database.run(story.what_is_wrong, promised)
        faults += [f"not delivered: {each}" for each in (self.database.run(story.not_sent) if left else [])]
        for kind, ids, received in self._arrivals():
            missing = set(ids) - set(received.times)
            faults += [f"{kind} {id_} never arrived" for id_ in sorted(missing)]
            if received.under_two_ids:
                faults.append(f"{received.under_two_ids} {kind}s came again under another id")
        given_up = [booked for booked in visitors.booked if not booked.is_answered]
        faults += [f"{each.form['name']} heard only {each.answers[-3:]}" for each in given_up]
        return faults

    def _arrivals(self) -> list[tuple[str, list[str], Received]]:
        """What must have arrived, by its ids, and what did."""
        mails, webhooks = self.database.run(story.ids)
        return [("mail", mails, self.receivers.mails), ("webhook", webhooks, self.receivers.webhooks)]

    def _wait_for_the_rest(self) -> int:
        """How many messages are left when none has moved for long."""
        left, moved = self.database.run(story.waiting), time.monotonic()
        while left and time.monotonic() - moved < SECONDS_WITHOUT_PROGRESS:
            time.sleep(0.5)
            if (now := self.database.run(story.waiting)) != left:
                left, moved = now, time.monotonic()
        return left

    def report(self, visitors: Visitors, faults: list[str]) -> None:
        mails, webhooks = self.receivers.mails, self.receivers.webhooks
        lost = sum(fault.startswith("LOST") for fault in faults)
        say(f"{'':<12}{len(visitors.acknowledged)} requests acknowledged, {lost} lost; {len(faults)} faults")
        say(f"{'':<12}POST: {listed(visitors.posts)}; slowest acknowledged {visitors.slowest:.1f} s")
        say(f"{'':<12}GET: {listed(visitors.read)}")
        say(
            f"{'':<12}{len(mails.times)} mails, {mails.repeats} came again; "
            f"{len(webhooks.times)} webhooks, {webhooks.repeats} came again; all under the same id: "
            f"{'no' if mails.under_two_ids or webhooks.under_two_ids else 'yes'}"
        )
        for fault in faults[:20]:
            say(f"{'':<12}{fault}")


def listed(answers: Counter[str]) -> str:
    return ", ".join(f"{count} × {answer}" for answer, count in sorted(answers.items()))


def options_of(name: str, text: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m bench faults {name}", description=text)
    parser.add_argument("--only", choices=["sqlite", "postgres"], help="leave the other database out")
    return parser


def stages(
    options: argparse.Namespace, *, is_empty: bool = False, disk: Disk = anywhere, **environment: str
) -> Iterator[Stage]:
    """One on each database: with the tables and rows to play on, or empty; all of it on `disk`."""
    for key, name in {"sqlite": "SQLite", "postgres": "PostgreSQL"}.items():
        if options.only in {None, key}:
            with _stage(name, disk, environment) as stage:
                if not is_empty:
                    stage.database.run(story.prepare)
                yield stage


@contextmanager
def _stage(name: str, disk: Disk, environment: dict[str, str]) -> Iterator[Stage]:
    with ExitStack() as up:
        place = up.enter_context(disk(name))
        folder = Path(up.enter_context(tempfile.TemporaryDirectory(prefix="coaching-site-", dir=place)))
        cluster = up.enter_context(postgres(place)) if name == "PostgreSQL" else None
        database = up.enter_context(new_database(folder, cluster.url if cluster else SQLITE))
        found = up.enter_context(receivers(folder))
        settings = {"CANARY_MINUTES": "0", "SITE_URL": "http://127.0.0.1"}
        everything = database.environment | found.environment | settings | environment
        yield Stage(name, database, found, cluster, everything)


def wait_for(left: Callable[[], int], *, seconds: float) -> int:
    """Waits until nothing is left, and returns what is when the time is over."""
    deadline = time.monotonic() + seconds
    while (remaining := left()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return remaining
