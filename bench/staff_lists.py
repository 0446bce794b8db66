"""What the desk's list and a request's page cost at a thousand requests and at a million.

Two times are told: CPU, of this process and, where it can be read, of the database's, which other work on the
machine hardly disturbs; and the wall clock's. Of several times the shortest counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.delivery.table import as_table, short
from bench.growth import prepare
from bench.many_requests import seed
from bench.runs import names_of, new_database, options_of, say
from leads.admin.bounded import COUNTED
from leads.models import Tag

SMALL, LARGE = 1_000, 1_000_000
LIST = "/admin/leads/bookingrequest/"
REPEATS = 7
PATIENCE = 2.0
"""Seconds for all repeats of one page."""
BOUND = 2.0
"""How much longer a page may take with a thousand times the requests."""


@dataclass(frozen=True)
class Cost:
    cpu: float
    wall: float
    queries: int
    rows: int


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench staff_lists", description=__doc__))
    parser.add_argument("--requests", type=int, default=LARGE, help="how many, rather than a million")
    options = parser.parse_args(arguments)
    for product, server in names_of(options):
        with new_database(server) as run:
            run.run(_compare, product, options.requests)
    return 0


def _compare(product: str, large: int) -> None:
    """In the process that has the database."""
    prepare()
    User.objects.create_superuser("owner")
    User.objects.create_user("colleague", is_staff=True)
    small_costs = _costs(SMALL)
    large_costs = _costs(large)
    say(f"{product}: milliseconds at {SMALL:,} and at {large:,} requests, and how many times the first")
    rows = [_row(name, small_costs[name], large_costs[name]) for name in small_costs]
    say("\n".join(as_table(["", "CPU", "", "×", "wall", "", "×", "queries", "rows"], rows)))
    for what, has_more in [("as many rows", False), ("more rows than at first", True)]:
        slower = [
            name
            for name, small in small_costs.items()
            if _growth(small, large_costs[name]) > BOUND and (large_costs[name].rows > small.rows) is has_more
        ]
        say(f"More than {BOUND:g} times the CPU, with {what}: {', '.join(slower) or 'none'}.")


def _row(name: str, small: Cost, large: Cost) -> list[str]:
    queries = str(small.queries) if small.queries == large.queries else f"{small.queries} → {large.queries}"
    return [
        name,
        short(small.cpu),
        short(large.cpu),
        f"{_growth(small, large):.2f}",
        short(small.wall),
        short(large.wall),
        f"{large.wall / small.wall:.2f}",
        queries,
        f"{small.rows} → {large.rows}",
    ]


def _growth(small: Cost, large: Cost) -> float:
    return large.cpu / small.cpu


def _costs(count: int) -> dict[str, Cost]:
    began = time.monotonic()
    seed(count)
    say(f"{count:,} requests stored in {time.monotonic() - began:.0f} s")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(username="owner"))
    return {name: _cost_of(client, path) for name, path in _pages(count).items()}


def _pages(count: int) -> dict[str, str]:
    common, rare = Tag.objects.get(name="warm").pk, Tag.objects.get(name="rare").pk
    queries = {
        "the list": "",
        "page 20": "p=20",
        "the last page": f"p={min(count, COUNTED) // 50}",
        "stage: new": "stage=new",
        "stage: booked": "stage=booked",
        "stage: client": "stage=client",
        "stage: closed": "stage=closed",
        "next action: overdue": "next=overdue",
        "next action: this week": "next=week",
        "no next action": "next=none",
        "assigned to me": "assigned=me",
        "assigned to nobody": "assigned=none",
        "a tag of many": f"tag={common}",
        "a tag of few": f"tag={rare}",
        "received in 28 days": "received=28",
        "received two years ago": f"received={time.gmtime().tm_year - 2}",
        "call: upcoming": "call=upcoming",
        "call: past": "call=past",
        "call: no time": "call=none",
        "waiting list": "call=line",
        "one source page": "source_page=an-old-page",
        "mail consent": "mail=given",
        "experience and stage": "experience__exact=over_8&stage=offer_sent",
        "by call, first": "o=5",
        "by next action, last": "o=-3",
        "search: one request": f"q=R{count // 2 * 7919 % 1000003}.",
        "search: an address": f"q=.{count // 2}@",
        "search: a name": "q=rosa+weber",
        "search: a common word": "q=engineer",
        "search: nothing": "q=zyzzyva",
        "search and filter": "q=haddad&stage=client",
    }
    return {name: f"{LIST}?{query}" for name, query in queries.items()} | {
        "a request’s page": f"{LIST}{count // 2}/change/",
        "a page in line": f"{LIST}{count - count % 10}/change/",
    }


def _cost_of(client: Client, path: str) -> Cost:
    with CaptureQueriesContext(connection) as captured:
        rows = _ask(client, path).count(b'class="action-select"')
    queries = len(captured)
    cpus, walls = [], []
    began = time.monotonic()
    while len(walls) < REPEATS and (len(walls) < 3 or time.monotonic() - began < PATIENCE):
        cpu, wall = seconds_used(), time.perf_counter()
        _ask(client, path)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((seconds_used() - cpu) * 1000)
    return Cost(min(cpus), min(walls), queries, rows)


def _ask(client: Client, path: str) -> bytes:
    answer = client.get(path)
    if answer.status_code != 200:
        raise LookupError(f"{path} answered {answer.status_code}.")
    return bytes(answer.content)


def seconds_used() -> float:
    """Seconds of this process and of the database's process for it, when that runs on this machine."""
    return time.process_time() + _cpu_of_database()


def _cpu_of_database() -> float:
    if connection.vendor != "postgresql":
        return 0.0
    try:
        nanoseconds = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]
    except OSError:
        return 0.0
    return int(nanoseconds) / 1e9
