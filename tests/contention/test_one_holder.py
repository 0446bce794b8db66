"""Whatever many reach for at the same instant, one has it afterwards, and the others are told kindly.

Few hands, so that the suite stays quick; `python -m bench one_holder` is the same with many.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contention import story
from tests.contention.database import database, postgres_server
from tests.contention.rounds import ROUNDS, book_one_time
from tests.contention.site import Site, site

pytestmark = pytest.mark.database

POSTS = 24


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("one-holder")
    with database(folder, postgres_server()) as run, site(run) as served:
        yield served


@pytest.mark.parametrize("contest", ROUNDS)
def test_one_of_many_at_once_holds_and_the_others_are_told_kindly(served: Site, contest: str) -> None:
    rounds = [ROUNDS[contest](served, POSTS) for _ in range(2)]

    assert [(round_.holders, round_.faults) for round_ in rounds] == [(1, []), (1, [])]


def test_without_the_constraint_the_same_posts_book_twice(tmp_path: Path) -> None:
    """The control: it shows that the test above can fail."""
    with database(tmp_path, postgres_server()) as run, site(run) as unguarded:
        run.run(story.take_the_constraint_away)
        holders = [book_one_time(unguarded, POSTS).holders for _ in range(3)]

    assert max(holders) > 1
