"""What an export of many requests takes: memory, the first byte, and the whole.

CSV is read from gunicorn as a browser would; its peak is that of the worker process that answered. XLSX is
asked for there and made by `manage.py worker --once`, whose own peak is what counts.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from bench.many_requests import seed
from bench.runs import names_of, new_database, options_of, say
from leads.models import BookingRequest, RetentionRules
from leads.privacy.retention import KINDS
from tests.contention.database import Database
from tests.contention.site import ROOT, Site, site

LIST = "/admin/leads/bookingrequest/"
ROWS = 100_000
MOST_MEMORY = 150
"""Mebibytes, in all and not beyond what the process had before."""
FIRST_BYTE = 1.0
"""Seconds."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    say(f"{options.rows:,} requests: seconds, and mebibytes of the process at its peak (and before)")
    say(f"{'':<22}{'first byte':>12}{'whole':>9}{'peak':>9}{'before':>9}{'size':>9}{'CPU':>8}")
    is_well = True
    for name, server in names_of(options):
        with new_database(server) as database, site(database) as served:
            database.run(_fill, options.rows)
            is_well = _csv(name, served, options.rows) and is_well
            is_well = _xlsx(name, served, database) and is_well
    return 0 if is_well else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench export", description=__doc__))
    parser.add_argument("--rows", type=int, default=ROWS)
    return parser.parse_args(arguments)


def _fill(rows: int) -> None:
    """Five years of requests that nothing erases meanwhile, and no mail about them."""
    RetentionRules(**dict.fromkeys([kind.rule for kind in KINDS])).save()
    seed(rows)
    BookingRequest.objects.filter(status="confirmed").update(status="attended")


def _csv(name: str, served: Site, rows: int) -> bool:
    tokens = _tokens(served)
    workers = list(_children(served.pid))
    before = {pid: _memory(pid, "VmRSS") for pid in workers}
    for pid in workers:
        _forget_peak(pid)
    began = time.perf_counter()
    answer = _post(served, "csv", tokens)
    first = answer.read(1)
    first_byte = time.perf_counter() - began
    size, lines = len(first), 0
    while chunk := answer.read(1 << 20):
        size += len(chunk)
        lines += chunk.count(b"\r\n")
    whole = time.perf_counter() - began
    peaks = {pid: _memory(pid, "VmHWM") for pid in workers}
    busiest = max(workers, key=lambda pid: peaks[pid] - before[pid])
    say(_line(f"{name}, CSV", first_byte, whole, peaks[busiest], before[busiest], size))
    if lines != rows + 1:
        raise LookupError(f"{lines} lines came, of {rows + 1}.")
    return first_byte < FIRST_BYTE and peaks[busiest] < MOST_MEMORY


def _xlsx(name: str, served: Site, database: Database) -> bool:
    """The worker is run twice: the first time with nothing to do, as what it takes before."""
    before, _, _ = _worker(database)
    began = time.perf_counter()
    asked = _post(served, "xlsx", _tokens(served))
    asked.read()
    answered = time.perf_counter() - began
    page = asked.headers["Location"]
    peak, whole, cpu = _worker(database)
    file = _get(served, page.replace("change/", "file/"))
    size = len(file.read())
    say(_line(f"{name}, XLSX", answered, whole, peak, before, size, cpu))
    if file.status != 200 or size < 10_000:
        raise LookupError(f"The file answered {file.status} with {size} bytes.")
    return peak < MOST_MEMORY and answered < FIRST_BYTE


def _line(
    name: str, first: float, whole: float, peak: float, before: float, size: int, cpu: float | None = None
) -> str:
    used = f"{cpu:>8.1f}" if cpu is not None else ""
    return f"{name:<22}{first:>12.2f}{whole:>9.1f}{peak:>9.0f}{before:>9.0f}{size / 1_000_000:>8.1f}M{used}"


# --- A browser


def _tokens(served: Site) -> tuple[str, str]:
    """Of the form above the list, and of its cookie. The list also loads what the process loads once."""
    answer = _get(served, LIST)
    form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.read().decode())
    cookie = re.search(r"csrftoken=(\w+)", answer.headers["Set-Cookie"] or "")
    if not form or not cookie:
        raise LookupError("The list has no form.")
    return form[1], cookie[1]


def _get(served: Site, path: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=600)
    connection.request("GET", path, headers={"Cookie": f"sessionid={served.session}"})
    return connection.getresponse()


def _post(served: Site, format_: str, tokens: tuple[str, str]) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=600)
    of_form, of_cookie = tokens
    connection.request(
        "POST",
        f"{LIST}export/{format_}/",
        f"csrfmiddlewaretoken={of_form}",
        {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={served.session}; csrftoken={of_cookie}",
        },
    )
    answer = connection.getresponse()
    if answer.status not in (200, 302):
        raise LookupError(f"The export answered {answer.status}.")
    return answer


# --- Processes


def _worker(database: Database) -> tuple[float, float, float]:
    """Its peak in mebibytes, the seconds by the clock, and those of the processor."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--once"], cwd=ROOT, env=database.environment
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise LookupError(f"The worker ended with {process.returncode}.")
    return used.ru_maxrss / 1024, time.perf_counter() - began, used.ru_utime + used.ru_stime


def _children(pid: int) -> Iterator[int]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)


def _memory(pid: int, what: str) -> float:
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _forget_peak(pid: int) -> None:
    """From here on VmHWM is the peak of what comes (proc(5), clear_refs)."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")
