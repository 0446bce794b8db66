"""Whatever prospects, staff and the clock do at once, the calendar agrees with itself afterwards.

Few steps, so that the suite stays quick; `python -m bench random_walk` takes many more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contention import walk
from tests.contention.database import database, postgres_server

pytestmark = pytest.mark.database

PROCESSES = 4
STEPS = 80
"""Of each process."""


def test_after_many_changes_at_once_the_calendar_agrees_with_itself(tmp_path: Path) -> None:
    with database(tmp_path, postgres_server(), processes=PROCESSES) as run:
        run.run(walk.prepare)
        walks = [run.start(walk.walk, STEPS, seed) for seed in range(PROCESSES)]
        results = [result for walked in walks for result in walked.result()]
        faults = run.run(walk.verdict)

    assert [result for result in results if "broke" in result] == []
    assert faults == []
