"""A PostgreSQL and a Redis of the run's own, which may be stopped: the machine's serve others."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.delivery.tools import Missing, program
from tests.servers import free_port


class Postgres:
    """A cluster as initdb makes it, `fsync` included, without its Unix socket."""

    def __init__(self, folder: Path) -> None:
        self.data, self.port = folder / "postgres", free_port()
        self.account = "postgres" if os.geteuid() == 0 else None
        self.data.mkdir()
        shutil.chown(self.data, self.account or os.getuid())
        self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
        self._control("start", "--log", str(self.data / "log"), "--options", options)

    def restart(self, mode: str) -> None:
        """`fast` ends every connection, as systemctl restart does; `immediate` ends as by a crash."""
        self._control("restart", "--mode", mode)

    def stop(self, mode: str = "immediate") -> None:
        self._control("stop", "--mode", mode)

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", *arguments, "--silent", "--wait")

    def _run(self, name: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 (our own commands)
            [_of_postgres(name), "--pgdata", self.data, *arguments],
            user=self.account,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # Not a pipe: the server would keep it open.
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            log = self.data / "log"
            raise Missing(f"{name} {arguments[0]} failed. {log.read_text()[-500:] if log.exists() else ''}")


def _of_postgres(name: str) -> Path:
    """The newest of Debian's, which are on nobody's PATH."""
    here = shutil.which(name)
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not (here or found):
        raise Missing(f"{name} is needed. On Debian, as root: apt-get install postgresql")
    return found[-1] if found else Path(str(here))


@contextmanager
def postgres(place: Path | None = None) -> Iterator[Postgres]:
    """Below `place`, else where temporary files are."""
    with tempfile.TemporaryDirectory(prefix="coaching-site-postgres-", dir=place) as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Redis:
    """With nothing kept on the disk, as it serves a cache."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        path = program("redis-server")
        if not path:
            raise Missing("redis-server is needed. On Debian, as root: apt-get install redis-server")
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(  # noqa: S603 (our own commands)
            [path, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.3)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
