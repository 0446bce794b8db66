"""One round of requests to one target, by wrk."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.delivery.servers import Server
from bench.delivery.tools import Missing, program

CONNECTIONS = 16
EVEN = 0.5
TRIES = 8
REPORT = Path(__file__).with_name("report.lua")


@dataclass(frozen=True)
class Round:
    """What a round gave. Times are in milliseconds."""

    requests_per_second: float
    cpu_per_thousand: float
    p50: float
    p99: float
    errors: int
    evenness: float
    """What the least busy process of the server did, as a part of what the busiest did."""


def measure(server: Server, path: str, headers: dict[str, str], seconds: int) -> Round:
    """A round in which all processes of the server took part.

    Each takes what connections it is quick enough to accept, and now and then one has them all. It then needs
    twice the CPU for an answer of Python, because its threads wait for each other; such a round is repeated.
    """
    found = _measure(server, path, headers, seconds)
    tries = 1
    while found.evenness < EVEN and tries < TRIES:
        found = _measure(server, path, headers, seconds)
        tries += 1
    return found


def _measure(server: Server, path: str, headers: dict[str, str], seconds: int) -> Round:
    before = server.cpu_seconds()
    requests, duration, p50, p99, errors = _wrk(server.url + path, headers, seconds)
    used = [now - then for now, then in zip(server.cpu_seconds(), before, strict=True)]
    return Round(
        requests_per_second=requests / duration * 1e6,
        cpu_per_thousand=sum(used) / max(requests, 1) * 1e6,
        p50=p50 / 1000,
        p99=p99 / 1000,
        errors=errors,
        evenness=min(used[1:]) / max(*used[1:], 0.01),
    )


def _wrk(url: str, headers: dict[str, str], seconds: int) -> list[int]:
    command = [program("wrk") or "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(REPORT)]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=False)  # noqa: S603
    counted = re.search(r"COUNTED ([\d ]+)", said.stdout)
    if not counted:
        raise Missing(f"wrk gave no figures: {said.stderr or said.stdout}")
    return [int(number) for number in counted[1].split()]
