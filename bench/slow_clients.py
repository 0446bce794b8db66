"""Sixty clients that send a letter now and then, and bodies that are too large, through the shipped proxies.

The whole site stands behind nginx and behind Caddy, and beside them bare gunicorn, to show what they are for.
Everybody else's requests come from another address of this machine, one after the other.
"""

from __future__ import annotations

import argparse
import http.client
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from statistics import median

from bench.delivery.site import worker
from bench.delivery.tools import need_programs
from bench.runs import names_of, new_database, options_of, say
from pages.starter import load_pages
from tests.contention.database import Database
from tests.contention.site import Site, site
from tests.site import proxies
from tests.site.proxies import HOST, Front
from tests.site.slow import SlowClients

PAGES = ["/", "/backend-developer-to-ai-engineer/", "/privacy/", "/book/", "/readyz"]
ELSEWHERE = "127.0.0.2"
PATIENCE = 10.0
WANTED = 2.0
"""Seconds that no answer may exceed."""
TOO_LARGE = [1_000_000, 5_000_000]
OF_THE_APPLICATION = "X-Request-ID"
"""A header that it gives each of its answers."""


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench slow_clients", description=__doc__))
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--clients", type=int, default=60)
    options = parser.parse_args(arguments)
    need_programs()
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    settings = {"SITE_URL": f"http://{HOST}", "TRUSTED_PROXIES": "1", "CANARY_MINUTES": "0"}
    say(f"{name}, {options.clients} slow clients for {options.seconds:.0f} s")
    say(f"{'':<10}{'answers':>9}{'median':>10}{'slowest':>10}{'failed':>8}{'cut off':>9}  1 and 5 MB")
    with new_database(server, **settings) as run, site(run) as served:
        run.run(load_pages)
        with worker(Path(run.environment["DATA_DIR"]), **run.environment):
            is_well = [_try(kind, front, options) for kind, front in _fronts(run, served)]
    return all(is_well[:-1])


def _fronts(run: Database, served: Site) -> Iterator[tuple[str, Front]]:
    """Bare gunicorn alone may fail, and comes last: what waits for it then outlasts its turn."""
    folder = Path(run.environment["DATA_DIR"])
    for kind in (proxies.nginx, proxies.caddy):
        with kind(folder, application=served.port) as front:
            yield kind.__name__, front
    yield "gunicorn", Front(served.port, folder)


def _try(kind: str, front: Front, options: argparse.Namespace) -> bool:
    taken, failed = list[float](), 0
    refused = [_answer_to(front, size) for size in TOO_LARGE]
    with SlowClients(front.port, options.clients) as slow:
        ends = time.monotonic() + options.seconds
        while time.monotonic() < ends:
            for path in PAGES:
                began = time.monotonic()
                try:
                    front.get(path, source=ELSEWHERE, patience=PATIENCE)
                except (OSError, http.client.HTTPException):
                    failed += 1
                taken.append(time.monotonic() - began)
    said = ", ".join(f"{status} by the {'application' if ours else 'proxy'}" for status, ours in refused)
    say(
        f"{kind:<10}{len(taken) - failed:>9}{median(taken) * 1000:>7.0f} ms{max(taken):>8.2f} s{failed:>8}"
        f"{slow.came_again:>9}  {said}"
    )
    return not failed and max(taken) < WANTED and refused == [(413, False)] * len(TOO_LARGE)


def _answer_to(front: Front, size: int) -> tuple[int, bool]:
    """The status that a form of so many bytes gets, and whether the application gave it."""
    with closing(http.client.HTTPConnection(HOST, front.port, timeout=60)) as connection:
        with suppress(OSError):  # Who is refused early may find the connection closed under their hands.
            connection.request(
                "POST", "/book/", b"a" * size, {"Content-Type": "application/x-www-form-urlencoded"}
            )
        try:
            response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            return 0, False
        return response.status, OF_THE_APPLICATION in response.headers
