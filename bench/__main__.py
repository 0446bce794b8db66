from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module

import django

BENCHES = [
    "delivery",
    "first_read",
    "growth",
    "staff_lists",
    "desk",
    "one_holder",
    "random_walk",
    "booking_posts",
    "stale_reads",
    "away",
    "hostile",
    "export",
]
"""Modules of this package; the `main` of each takes the arguments and returns the exit status."""

ON_REQUEST = ["flame", "faults", "mail_faults", "mixed_load", "slow_clients", "live_backup"]
"""Others: the first draws rather than measures, the rest takes hours; `.ci/nightly` runs it."""


def main(name: str = "", *arguments: str) -> int:
    if name and name not in (known := BENCHES + ON_REQUEST):
        sys.stderr.write(f"There is no benchmark “{name}”, but there are: {', '.join(known)}.\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="coaching-site-bench-") as folder:
        os.environ["DATA_DIR"] = folder  # Nothing of the owner's is read or written.
        os.environ["DJANGO_SETTINGS_MODULE"] = "coaching_site.settings"
        django.setup()
        return max(import_module(f"bench.{bench}").main(arguments) for bench in ([name] if name else BENCHES))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
