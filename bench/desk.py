"""What the desk's first page costs with a thousand requests and with a million, five years of each.

Two databases are asked by turns, so that what else the machine does falls on both. CPU is that of this
process and of the database's own for it, where that can be read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.delivery.table import as_table, short
from bench.growth import analyse, prepare
from bench.many_requests import seed
from bench.runs import names_of, new_database, options_of, say
from bench.staff_lists import BOUND, seconds_used
from leads.models import BookingRequest, DailyCount, Hit, Status
from tests.contention.database import Database

SMALL, LARGE = 1_000, 1_000_000
ROUNDS = 15
SOURCES = 50
"""Of what was counted. They are as many at any size: visits of the same source are one number of a day."""


CALLS_AHEAD = 60
"""And in the week before."""


@dataclass(frozen=True)
class Page:
    """Milliseconds of one answer, and its queries."""

    cpu: float
    wall: float
    queries: int


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench desk", description=__doc__))
    parser.add_argument("--requests", type=int, default=LARGE, help="how many, rather than a million")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args(arguments)
    sizes = [SMALL, options.requests]
    grown = [_compare(product, server, sizes, options.rounds) for product, server in names_of(options)]
    return 0 if all(grown) else 1


def _compare(product: str, server: str, sizes: Sequence[int], rounds: int) -> bool:
    """Whether the larger one costs at most BOUND times the smaller, and as many queries."""
    with ExitStack() as stack:
        runs = [stack.enter_context(new_database(server)) for _ in sizes]
        for run, size in zip(runs, sizes, strict=True):
            run.run(_fill, size)
        small, large = (list(pages) for pages in zip(*(_ask_all(runs) for _ in range(rounds)), strict=True))
    say(f"{product}: the desk’s first page in milliseconds, medians of {rounds} rounds by turns")
    rows = [_row(size, pages, small) for size, pages in zip(sizes, (small, large), strict=True)]
    say("\n".join(as_table(["requests", "CPU", "×", "wall", "×", "queries"], rows)))
    is_kept = _grown(large, small, "cpu") <= BOUND and _queries(small) == _queries(large)
    say(f"At most {BOUND:g} times the CPU and the same queries: {'reached' if is_kept else 'MISSED'}.")
    return is_kept


def _ask_all(runs: Sequence[Database]) -> list[Page]:
    return [run.run(_page) for run in runs]


def _row(size: int, pages: Sequence[Page], small: Sequence[Page]) -> list[str]:
    timed = [
        cell
        for name in ("cpu", "wall")
        for cell in (short(_median(pages, name)), f"{_grown(pages, small, name):.2f}")
    ]
    return [f"{size:,}", *timed, " or ".join(map(str, sorted(_queries(pages))))]


def _grown(pages: Sequence[Page], small: Sequence[Page], name: str) -> float:
    return _median(pages, name) / _median(small, name)


def _median(pages: Sequence[Page], name: str) -> float:
    return median(getattr(page, name) for page in pages)


def _queries(pages: Sequence[Page]) -> set[int]:
    return {page.queries for page in pages}


# --- In the process that has the database


def _fill(count: int) -> None:
    prepare()
    User.objects.create_superuser("owner")
    seed(count)
    _leave_what_one_can_hold(timezone.now())
    today = timezone.localdate()
    DailyCount.objects.bulk_create(
        DailyCount(
            day=today - timedelta(days=ago), kind=kind, page="guide", source=f"source-{number}", count=7
        )
        for ago in range(28)
        for kind in (Hit.VISIT, Hit.CLICK, Hit.FORM_OPENED)
        for number in range(SOURCES)
    )


def _leave_what_one_can_hold(now: datetime) -> None:
    """Calls ahead are as many as one person holds, however many ask: the others are cancelled."""
    ahead = BookingRequest.objects.in_the_calendar().filter(starts_at__gt=now - timedelta(days=7))
    kept = list(ahead.order_by("starts_at").values_list("pk", flat=True)[:CALLS_AHEAD])
    ahead.exclude(pk__in=kept).update(status=Status.CANCELLED, outcome="", value=None)
    analyse()


def _page() -> Page:
    """The second answer of this turn: the first fills what the other's turn has emptied."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username="owner"))
    with CaptureQueriesContext(connection) as captured:
        _ask(client)
        queries = len(captured)
    before, began = seconds_used(), time.perf_counter()
    _ask(client)
    wall, used = time.perf_counter() - began, seconds_used() - before
    return Page(used * 1000, wall * 1000, queries)


def _ask(client: Client) -> None:
    answer = client.get("/admin/")
    if answer.status_code != 200:
        raise LookupError(f"The desk answered {answer.status_code}.")
