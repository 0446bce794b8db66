"""`manage.py serve`, tried as the owner does: started, looked at, stopped."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.servers import PATIENCE, free_port, wait_until

MANAGE = Path(__file__).parents[2] / "manage.py"


def environment(folder: Path, **variables: str) -> dict[str, str]:
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **measured, **variables}


class Answer(NamedTuple):
    status: int
    headers: Message
    content: bytes


def fetch(port: int, path: str) -> Answer:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        connection.request("GET", path, headers={"Accept-Encoding": "br"} if "/static/" in path else {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


class Site:
    """A running `manage.py serve`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.printed, self.complained = folder / "stdout", folder / "stderr"
        with self.printed.open("w") as stdout, self.complained.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, str(MANAGE), "serve"],
                cwd="/",  # from anywhere
                env=environment(folder, PORT=str(self.port), LOG_FORMAT="json"),
                stdout=stdout,
                stderr=stderr,
            )

    def children(self) -> list[int]:
        """The web server and the worker."""
        pid = self.process.pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [int(child) for child in found.split()]


@contextmanager
def serving(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    try:
        wait_until(
            lambda: fetch(site.port, "/readyz").status == 200, process=site.process, log=site.complained
        )
        yield site
    finally:
        site.process.terminate()
        site.process.wait(PATIENCE)


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all starts, as an owner has: the first makes everything."""
    return tmp_path_factory.mktemp("var")


@on_linux
def test_first_start_makes_everything_and_the_second_finds_it(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        children = site.children()
        home, desk = fetch(site.port, "/"), fetch(site.port, "/admin/login/")

    printed = site.printed.read_text()
    assert (home.status, desk.status) == (200, 200)
    assert f"The site     http://127.0.0.1:{site.port}/\n" in printed
    assert f"Staff desk   http://127.0.0.1:{site.port}/admin/\n" in printed
    assert f"kept as files in {tmp_path}/mail" in printed
    assert re.search(r"Sign in as   owner, password \S{16} ", printed)
    # Asked before the worker's first sign, it is not ready, and Django logs every 503.
    complaints = site.complained.read_text().splitlines()
    assert [line for line in complaints if "/readyz" not in line] == []
    assert site.process.returncode == 0
    assert len(children) == 2
    assert all(is_gone(child) for child in children)

    with serving(tmp_path) as site:
        pass

    assert site.process.returncode == 0
    assert "password" not in site.printed.read_text()


@on_linux
def test_static_files_are_hashed_compressed_and_kept_for_good(folder: Path) -> None:
    with serving(folder) as site:
        manifest = json.loads((folder / "static" / "staticfiles.json").read_text())
        name = manifest["paths"]["admin/css/base.css"]
        answer = fetch(site.port, f"/static/{name}")

    assert name != "admin/css/base.css"
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


@on_linux
@pytest.mark.parametrize(("child", "name"), [(0, "web server"), (1, "worker")])
def test_when_one_ends_the_other_is_stopped(folder: Path, child: int, name: str) -> None:
    with serving(folder) as site:
        children = site.children()
        os.kill(children[child], signal.SIGKILL)
        site.process.wait(PATIENCE)

    assert site.process.returncode == 1
    assert f"The {name} ended by itself, so everything was stopped.\n" in site.complained.read_text()
    assert all(is_gone(pid) for pid in children)


@on_linux
def test_nothing_is_left_when_it_is_killed(folder: Path) -> None:
    with serving(folder) as site:
        children = site.children()
        site.process.kill()

        wait_until(lambda: all(is_gone(child) for child in children))


def refusal(folder: Path, **variables: str) -> tuple[int, str]:
    tried = subprocess.run(
        [sys.executable, str(MANAGE), "serve"],
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert tried.stdout == ""
    return tried.returncode, tried.stderr


def test_taken_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        assert refusal(tmp_path, PORT=str(port)) == (
            2,
            f"PORT {port} is taken by another program; choose another one.\n",
        )


def test_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert refusal(tmp_path / "file" / "var") == (
        2,
        f"DATA_DIR is {tmp_path}/file/var, where nothing can be written: Not a directory.\n",
    )


def test_bad_variable_is_said_in_a_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path, DEBUG="maybe") == (2, "DEBUG must be yes or no, not “maybe”.\n")


def test_database_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none/site.sqlite3"

    assert refusal(tmp_path, DATABASE_URL=url, PORT=str(free_port())) == (
        2,
        "DATABASE_URL names a database that cannot be used: unable to open database file.\n",
    )


def test_file_that_is_no_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "site.sqlite3").write_text("Dear diary, " * 100)

    assert refusal(tmp_path, PORT=str(free_port())) == (
        2,
        "DATABASE_URL names a database that cannot be used: file is not a database.\n",
    )


def test_server_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    port = free_port()

    status, sentence = refusal(
        tmp_path, DATABASE_URL=f"postgres://me:secret@127.0.0.1:{port}/site", PORT=str(port)
    )

    assert status == 2
    assert sentence.startswith("DATABASE_URL names a database that cannot be used: connection failed")
    assert sentence.count("\n") == 1
    assert "secret" not in sentence
