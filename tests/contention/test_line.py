"""Who wants to write to SQLite stands in line, and the line breaks for nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from coaching_site.sqlite.line import Line

pytestmark = [
    pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite"),
    pytest.mark.django_db(transaction=True),
]

PATIENCE = 60.0


def insert(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())


def insert_in_transaction(key: str) -> None:
    with transaction.atomic():
        insert(key)


def allow_to_wait(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    ours: Any = connection
    ours.ensure_connection()
    monkeypatch.setattr(ours.line, "patience", seconds)


@pytest.fixture
def line() -> Iterator[Line]:
    """Of the tests' own database, for somebody else than their connection."""
    line = Line(f"{connection.settings_dict['NAME']}-line", patience=PATIENCE)
    yield line
    line.leave()


@pytest.mark.parametrize("write", [insert, insert_in_transaction])
def test_who_waits_too_long_is_told_as_by_sqlite_itself(
    line: Line, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    line.join()
    allow_to_wait(0.05, monkeypatch)

    with pytest.raises(OperationalError, match="database is locked"):
        write("a")

    line.leave()
    write("b")
    assert [session.session_key for session in Session.objects.all()] == ["b"]


@pytest.mark.parametrize("write", [insert, insert_in_transaction])
def test_each_writes_as_soon_as_the_one_before_has_left(line: Line, write: Callable[[str], None]) -> None:
    line.join()
    with ThreadPoolExecutor(1) as thread:
        written = thread.submit(_and_close, write, "a")
        time.sleep(0.2)
        waits = not written.done() and not Session.objects.exists()
        line.leave()
        written.result(PATIENCE)

    assert waits
    assert Session.objects.count() == 1


def test_what_is_only_read_waits_for_nobody(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    line.join()
    allow_to_wait(0.0, monkeypatch)

    assert not Session.objects.exists()


@pytest.mark.parametrize("end", [lambda: None, connection.close, lambda: transaction.set_rollback(True)])
def test_a_transaction_leaves_the_line_however_it_ends(line: Line, end: Callable[[], None]) -> None:
    with transaction.atomic():
        insert("a")
        end()

    line.patience = 0.0
    line.join()


def test_a_dead_process_leaves_the_line(line: Line, tmp_path: Path) -> None:
    program = (
        "from coaching_site.sqlite.line import Line; import time;"
        f"Line({line.path!r}, patience=1).join(); print('in', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == b"in\n"
    process.kill()
    process.wait(PATIENCE)
    process.stdout.close()

    line.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that forks")
def test_a_forked_process_does_not_wait_behind_threads_that_it_has_not(line: Line) -> None:
    fork = (
        "import os; from coaching_site.sqlite.writes import writes_of;"
        "writes_of(line.path).waiting.acquire();"
        "child = os.fork();"
        "child or (line.join(), os._exit(0));"
        "print(os.waitpid(child, 0)[1])"
    )

    assert as_another_process(fork, line) == "0\n"


def test_nobody_is_passed_over_by_those_who_come_again_and_again() -> None:
    """Each writes without a pause; all have their share."""
    ends = time.monotonic() + 1.0

    def write_on(number: int) -> int:
        count = 0
        while time.monotonic() < ends:
            insert_in_transaction(f"{number}-{count}")
            count += 1
        connections.close_all()
        return count

    with ThreadPoolExecutor(5) as threads:
        counts = [*threads.map(write_on, range(5))]

    assert min(counts) > max(counts) / 4


# --- The mark: whether somebody may have written


def roll_back(key: str) -> None:
    with transaction.atomic():
        insert(key)
        transaction.set_rollback(True)


def rename_and_back(_: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session RENAME TO away")
        cursor.execute("ALTER TABLE away RENAME TO django_session")


def test_the_mark_stays_as_long_as_nobody_writes(line: Line) -> None:
    mark = line.mark()

    list(Session.objects.all())

    assert mark is not None
    assert line.mark() == mark


@pytest.mark.parametrize("write", [insert, insert_in_transaction, roll_back, rename_and_back])
def test_the_mark_is_another_one_after_whatever_may_have_changed_something(
    line: Line, write: Callable[[str], None]
) -> None:
    mark = line.mark()

    write("a")

    assert line.mark() not in {mark, None}


def test_there_is_no_mark_while_somebody_writes(line: Line) -> None:
    with transaction.atomic():
        assert line.mark() is None


def test_there_is_no_mark_after_somebody_died_while_writing_until_another_one_has_written(line: Line) -> None:
    before = line.mark()
    as_another_process("import os; line.join(); os._exit(0)", line)
    after_death = line.mark()

    insert("a")

    assert after_death is None
    assert line.mark() not in {before, None}


def test_all_processes_see_the_same_mark(line: Line) -> None:
    before = line.mark()

    as_another_process("line.join(); line.leave()", line)
    after = line.mark()

    assert after not in {before, None}
    assert as_another_process("print(line.mark())", line) == f"{after}\n"


def test_without_its_file_nobody_writes_and_nobody_is_sure(tmp_path: Path) -> None:
    line = Line(f"{tmp_path}/none/site.sqlite3-line", patience=PATIENCE)

    with pytest.raises(OperationalError, match="unable to open database file: No such file or directory"):
        line.join()

    assert line.mark() is None


def as_another_process(program: str, line: Line) -> str:
    """What the program prints, which has the same line."""
    begin = f"from coaching_site.sqlite.line import Line; line = Line({line.path!r}, patience={PATIENCE});"
    return subprocess.run(
        [sys.executable, "-c", begin + program], capture_output=True, text=True, check=True
    ).stdout


def _and_close(write: Callable[[str], None], key: str) -> None:
    write(key)
    connections.close_all()
