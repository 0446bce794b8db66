"""One blow of `python -m bench faults kill`, which deals a hundred."""

from __future__ import annotations

import subprocess
import sys

from tests.contention.database import postgres_server
from tests.contention.site import ROOT


def test_what_was_acknowledged_outlives_web_and_worker_killed_under_load() -> None:
    only = "postgres" if postgres_server() else "sqlite"
    blow = ["bench", "faults", "kill", "--rounds=1", "--hasten", "--within=60", f"--only={only}"]

    done = subprocess.run(
        [sys.executable, "-m", *blow], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 lost; 0 faults" in done.stdout
