"""Readers, prospects and staff at once, for ten minutes: no answer may fail, and memory may not grow.

Web processes and worker run as in production. Their memory is the proportional set size of all of them; the
first fifth of the time warms up, and what follows is compared with the last fifth.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from random import Random
from statistics import median, quantiles
from threading import Event

from bench.delivery.servers import memory
from bench.delivery.site import worker
from bench.runs import names_of, new_database, options_of, say
from pages.starter import load_pages
from tests.contention.crowd import Answer, Post, get, send
from tests.contention.desk import TOKEN, Desk, a_page
from tests.contention.rounds import booking_form
from tests.contention.site import Site, site

MAY_GROW = 0.05
PAGES = ["/", "/backend-developer-to-ai-engineer/", "/privacy/", "/version/", "/sitemap.xml", "/robots.txt"]
LISTS = ["/admin/", "/admin/leads/bookingrequest/", "/admin/leads/message/", "/admin/pages/landingpage/"]
TIME = re.compile(r'name="starts_at"[^>]*value="(\d[^"]+)"')
REQUEST = re.compile(r"/admin/leads/bookingrequest/(\d+)/change/")
PAUSES = {"reading": 0.05, "booking": 0.3, "staff work": 0.5}
"""Seconds, on average, that each of them takes between two requests."""
PEOPLE = ["reading"] * 4 + ["booking"] * 2 + ["staff work"]


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench mixed_load", description=__doc__))
    parser.add_argument("--seconds", type=float, default=600)
    options = parser.parse_args(arguments)
    is_well = [_run(name, server, options.seconds) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


@dataclass
class Seen:
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    """Each time, in parts of the whole, and the bytes then."""


def _run(name: str, server: str, seconds: float) -> bool:
    with new_database(server, CANARY_MINUTES="0") as run, site(run) as served:
        run.run(load_pages)
        page = run.run(a_page)
        behind = worker(Path(run.environment["DATA_DIR"]), **run.environment)
        seen, over = Seen(), Event()
        with behind, ThreadPoolExecutor(len(PEOPLE)) as threads:
            people = [Person(kind, served, page, seen, Random(n), over) for n, kind in enumerate(PEOPLE)]  # noqa: S311
            working = [threads.submit(person.live) for person in people]
            _watch(seen, lambda: memory(served.pid) + behind.memory(), seconds)
            over.set()
            for each in working:
                each.result()
        complaints = [line for line in served.log.read_text().splitlines() if " ERROR " in line]
    return _report(name, seen, seconds, complaints)


def _watch(seen: Seen, measure: Callable[[], int], seconds: float) -> None:
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        seen.memory.append((passed / seconds, measure()))
        time.sleep(min(5, seconds / 100))


@dataclass
class Person:
    kind: str
    site: Site
    page: int
    seen: Seen
    random: Random
    over: Event
    number: int = 0

    def live(self) -> None:
        act = {"reading": self.read, "booking": self.book, "staff work": self.work}[self.kind]
        while not self.over.wait(self.random.expovariate(1 / PAUSES[self.kind])):
            try:
                act()
            except (OSError, HTTPException) as error:
                self.seen.faults.append(f"{self.kind}: {error!r}")

    def read(self) -> None:
        self._get(self.random.choice(PAGES))

    def book(self) -> None:
        """A request for an open time, or for none; half of those who have one cancel it again."""
        self.number += 1
        times = TIME.findall(self._get("/book/").text)
        number = self.number * 100 + self.random.randrange(100)
        form = booking_form(number, self.random.choice([*times, "none"]))
        booked = self._post("/book/", form, allowed={303, 409})
        if booked.status == 303:
            own = booked.headers["Location"]
            self._get(own)
            if self.random.random() < 0.5:
                self._post(f"{own}cancel/", {}, allowed={303})

    def work(self) -> None:
        """A list, an answer to one of the requests on it, and now and then an edit that is published."""
        cookies = {"Cookie": f"sessionid={self.site.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        self._get(self.random.choice(LISTS), cookies)
        listed = REQUEST.findall(self._get("/admin/leads/bookingrequest/", cookies).text)
        if listed:
            pk, verb = self.random.choice(listed), self.random.choice(["confirm", "decline"])
            self._post(f"/admin/leads/bookingrequest/{pk}/{verb}/do/", {}, cookies, allowed={302, 404})
        if self.random.random() < 0.2:
            self.number += 1
            desk = Desk(self.site, self.page)
            self._note(desk.edit(self.number), {302})
            self._note(desk.publish(), {302})

    def _get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self._note(get(self.site.port, path, headers), {200})

    def _post(
        self, path: str, form: dict[str, str], headers: dict[str, str] | None = None, *, allowed: set[int]
    ) -> Answer:
        return self._note(send(self.site.port, Post(path, form, headers or {})), allowed)

    def _note(self, answer: Answer, allowed: set[int]) -> Answer:
        self.seen.statuses[self.kind, answer.status] += 1
        self.seen.seconds.setdefault(self.kind, []).append(answer.seconds)
        if answer.status not in allowed:
            self.seen.faults.append(f"{self.kind}: {answer.status} {answer.text[:200]!r}")
        return answer


def _report(name: str, seen: Seen, seconds: float, complaints: list[str]) -> bool:
    say(f"{name}: {seen.statuses.total()} requests in {seconds:.0f} s, {len(seen.faults)} errors")
    for kind, taken in seen.seconds.items():
        answers = ", ".join(
            f"{n} × {status}" for (who, status), n in sorted(seen.statuses.items()) if who == kind
        )
        p50, p99 = median(taken) * 1000, quantiles(taken, n=100)[98] * 1000
        say(f"{'':<4}{kind:<12}p50 {p50:>5.0f} ms, p99 {p99:>6.0f} ms: {answers}")
    warm = median(size for part, size in seen.memory if 0.2 <= part < 0.4)
    last = median(size for part, size in seen.memory if part >= 0.8)
    growth = last / warm - 1
    say(f"{'':<4}memory: {warm / 2**20:.1f} MiB when warm, {last / 2**20:.1f} at the end: {growth:+.1%}")
    for line in [*seen.faults[:5], *complaints[:5]]:
        say(f"{'':<4}{line}")
    return not seen.faults and not complaints and growth <= MAY_GROW
