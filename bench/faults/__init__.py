"""Breaks a site that runs, on purpose, and tells whether anything that a client was told is lost.

kill       web, worker or both, by SIGKILL at random moments
upgrade    a newer release takes the place of an older one, migrations included, behind the shipped nginx
services   PostgreSQL is restarted, and Redis is taken away
disk       no room is left for the database and the files

Everything is real: gunicorn and the worker as the shipped units run them, a mail server, a receiver of
webhooks behind TLS, and a PostgreSQL and a Redis of the run's own. docs/reliability.md tells what came out.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from bench.delivery.tools import Missing
from bench.runs import say

FAULTS = ["kill", "upgrade", "services", "disk"]


def main(arguments: Sequence[str] = ()) -> int:
    """The one named first, with what follows as its own arguments; else all of them."""
    name, *rest = arguments or [""]
    if name and name not in FAULTS:
        say(f"There is no fault “{name}”, but there are: {', '.join(FAULTS)}.")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # Or all that was started would stay.
    try:
        return max(import_module(f"bench.faults.{each}").main(rest) for each in ([name] if name else FAULTS))
    except Missing as missing:
        say(str(missing))
        return 1
