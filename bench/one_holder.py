"""Many reach for one thing at the same instant: who has it afterwards, and what the others were told.

Booking, confirmation, move and waiting list, against real servers of several processes; and the control,
booking without the database's constraint, which must double book.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from bench.runs import names_of, new_database, options_of, say
from tests.contention import story
from tests.contention.rounds import ROUNDS, Round, book_one_time
from tests.contention.site import Site, site

TITLES = f"{'database':<12}{'contest':<15}{'rounds':>7}{'one holder':>12}{'faults':>8}{'slowest':>9}  answers"


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    say(f"{options.posts} posts at the same instant, {options.rounds} rounds each")
    say(TITLES)
    is_well = [_run(name, server, options) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench one_holder", description=__doc__))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--posts", type=int, default=100)
    return parser.parse_args(arguments)


def _run(name: str, server: str, options: argparse.Namespace) -> bool:
    with new_database(server) as run, site(run) as served:
        is_well = [_contest(name, contest, served, options) for contest in ROUNDS]
    with new_database(server) as run, site(run) as unguarded:
        run.run(story.take_the_constraint_away)
        return _control(name, unguarded, options) and all(is_well)


def _contest(name: str, contest: str, served: Site, options: argparse.Namespace) -> bool:
    rounds = [ROUNDS[contest](served, options.posts) for _ in range(options.rounds)]
    _report(name, contest, rounds)
    return all(each.is_good for each in rounds)


def _control(name: str, unguarded: Site, options: argparse.Namespace) -> bool:
    rounds = [book_one_time(unguarded, options.posts) for _ in range(min(options.rounds, 5))]
    _report(name, "no constraint", rounds)
    say(f"{'':<12}holders without the constraint: {', '.join(str(each.holders) for each in rounds)}")
    return any(each.holders > 1 for each in rounds)


def _report(name: str, contest: str, rounds: Sequence[Round]) -> None:
    statuses = Counter[int]()
    for each in rounds:
        statuses.update(each.statuses)
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(statuses.items()))
    won = sum(each.holders == 1 for each in rounds)
    faults = [fault for each in rounds for fault in each.faults]
    slowest = max(each.slowest for each in rounds)
    say(f"{name:<12}{contest:<15}{len(rounds):>7}{won:>12}{len(faults):>8}{slowest:>7.1f} s  {answers}")
    for fault in [] if contest == "no constraint" else faults[:5]:
        say(f"{'':<12}{fault}")
