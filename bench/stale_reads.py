"""What readers see while staff edit and publish, round after round, on a server of several processes.

After each edit no reader may see the draft. While it is being published a reader may see either version.
Once the publication is answered, nobody may see what was before.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import local
from urllib.parse import urlsplit

from bench.delivery import nginx
from bench.delivery.tools import need_programs
from bench.runs import names_of, new_database, options_of, say
from tests.contention.crowd import PATIENCE
from tests.contention.desk import ADDRESS, Desk, a_page
from tests.contention.site import Site, site

HOST = "127.0.0.1"
"""The site's own address: only that is published as files."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    say(f"{options.rounds} rounds of edit and publish, {options.clients} clients that read in between")
    say(f"{'database':<12}{'reads':>8}{'stale':>7}{'drafts':>8}{'errors':>8}{'rounds a second':>17}")
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench stale_reads", description=__doc__))
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--nginx", action="store_true", help="read what nginx finds published as files")
    return parser.parse_args(arguments)


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    seen = Counter[str]()
    with (
        new_database(server, SITE_URL=f"http://{HOST}") as run,
        site(run) as served,
        ThreadPoolExecutor(options.clients) as threads,
        _port_to_read_from(served, Path(run.environment["DATA_DIR"]), options) as port,
    ):
        desk = Desk(served, run.run(a_page))
        readers = Readers(port, threads, options.clients)
        began = time.perf_counter()
        for version in range(1, options.rounds + 1):
            seen.update(_round(desk, readers, version))
        seconds = time.perf_counter() - began
    say(
        f"{name:<12}{seen.total():>8}{seen['stale']:>7}{seen['draft']:>8}{seen['error']:>8}"
        f"{options.rounds / seconds:>17.1f}"
    )
    return seen.keys() <= {"good"}


@contextmanager
def _port_to_read_from(served: Site, data: Path, options: argparse.Namespace) -> Iterator[int]:
    if not options.nginx:
        yield served.port
        return
    need_programs()
    front = nginx.deployed(data, data / "nginx", workers=2, application=f"http://{HOST}:{served.port}")
    with front:
        yield urlsplit(front.url).port or 0


def _round(desk: Desk, readers: Readers, version: int) -> Iterable[str]:
    before = version - 1
    edited = desk.edit(version)
    yield from (_judge(shown, {before}) for shown in readers.read())
    during = readers.start()
    published = desk.publish()
    yield from (_judge(shown.result(), {before, version}) for shown in during)
    yield from (_judge(shown, {version}) for shown in readers.read())
    yield from ("error" for answer in (edited, published) if answer.status != 302)


def _judge(shown: int, allowed: set[int]) -> str:
    if shown in allowed:
        return "good"
    if shown < 0:
        return "error"
    return "draft" if shown > max(allowed) else "stale"


class Readers:
    """Each reads on a connection that it keeps."""

    def __init__(self, port: int, threads: ThreadPoolExecutor, clients: int) -> None:
        self.port, self.threads, self.clients = port, threads, clients
        self.kept = local()

    def start(self) -> list[Future[int]]:
        return [self.threads.submit(self._version) for _ in range(self.clients)]

    def read(self) -> list[int]:
        return [shown.result() for shown in self.start()]

    def _version(self) -> int:
        """The version that the page shows; -1 for anything that is no such page."""
        if not hasattr(self.kept, "connection"):
            self.kept.connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        self.kept.connection.request("GET", ADDRESS, headers={"Host": HOST})
        response = self.kept.connection.getresponse()
        found = re.search(rb'class="lead">Version (\d+)\.', response.read())
        return int(found[1]) if found and response.status == 200 else -1
