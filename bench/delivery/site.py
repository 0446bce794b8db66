"""The site with its starter page, prepared in a folder of its own, and the peers beside it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import brotli

from bench.delivery.servers import Server
from bench.delivery.tools import KEPT, PEERS, ROOT, Missing, environment_of
from tests.servers import free_port

OUR_SETTINGS = {"DJANGO_SETTINGS_MODULE": "coaching_site.settings", "PYTHONPATH": str(ROOT)}
CONFIGURATION = "python:coaching_site.gunicorn_config"
HOP_BY_HOP = {"connection", "content-length", "date", "server"}


@dataclass(frozen=True)
class Page:
    """A page as it came: its HTML, and the headers of its compressed answer."""

    html: bytes
    headers: list[tuple[str, str]]

    @staticmethod
    def of(server: Server, path: str = "/") -> Page:
        html, _ = _get(server.url + path, {})
        _, headers = _get(server.url + path, {"Accept-Encoding": "br"})
        return Page(html, headers)

    @property
    def etag(self) -> str:
        return dict(self.headers).get("ETag", "")

    def write(self, folder: Path) -> None:
        """As files for nginx: plain, and compressed as well as it goes."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_bytes(self.html)
        (folder / "index.html.br").write_bytes(brotli.compress(self.html, quality=11))
        (folder / "index.html.gz").write_bytes(gzip.compress(self.html, compresslevel=9, mtime=0))
        (folder / "headers.json").write_text(json.dumps(self.headers))


def _get(url: str, headers: dict[str, str]) -> tuple[bytes, list[tuple[str, str]]]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 (our own address)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
        return answer.read(), kept


def prepare(data: Path) -> None:
    """A new database with the starter page, and the static files."""
    for command in (
        ["migrate", "--verbosity", "0"],
        ["collectstatic", "--noinput", "--verbosity", "0"],
        ["load_starter_page"],
    ):
        _run([sys.executable, ROOT / "manage.py", *command], {"DATA_DIR": str(data)}, ROOT)


def gunicorn(application: str, data: Path, **environment: str) -> Server:
    """An application under the configuration that the project ships."""
    port = free_port()
    return Server(
        [sys.executable, "-m", "gunicorn", "--config", CONFIGURATION, application],
        port=port,
        log=data / f"{application.replace(':', '-')}.log",
        environment=OUR_SETTINGS | {"DATA_DIR": str(data), "PORT": str(port)} | environment,
        folder=ROOT,
    )


def worker(data: Path, **environment: str) -> Server:
    """The other process of the site, which answers nothing."""
    return Server(
        [sys.executable, ROOT / "manage.py", "worker"],
        port=None,
        log=data / "worker.log",
        environment={"DATA_DIR": str(data)} | environment,
        folder=ROOT,
    )


def peer(name: str, folder: Path, ours: Page, *, options: list[str], is_cached: bool) -> Server:
    """Wagtail with the same content, loaded anew, under the same options of gunicorn."""
    python = environment_of(name)
    environment = {
        "PEER_DIR": str(folder),
        "PEER_IS_CACHED": "yes" if is_cached else "no",
        "PYTHONPATH": str(PEERS),
        "DJANGO_SETTINGS_MODULE": "wagtail_site.settings",
    }
    (folder / "filler").mkdir(parents=True)
    (folder / "filler" / "filler.html").touch()
    _run([python, "-m", "wagtail_site.load", ROOT / "pages" / "starter"], environment, folder)
    port = free_port()
    server = Server(
        [python, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options, "wagtail_site.wsgi:application"],
        port=port,
        log=folder / "log",
        environment=environment,
        folder=folder,
    )
    _fill_up(server, folder / "filler" / "filler.html", len(ours.html))
    return server


def _fill_up(server: Server, filler: Path, size: int) -> None:
    """Our page goes on growing: a comment makes the peer's as long, at hardly a cost to the peer."""
    with server:
        missing = size - len(Page.of(server).html)
    if missing > len("<!---->"):
        filler.write_text(f"<!--{'filler ' * (missing // 7)}-->")


def gunicorn_options(data: Path) -> list[str]:
    """What our configuration says of workers and threads, for others to run under."""
    code = (
        "import coaching_site.gunicorn_config as c; print(c.worker_class, c.workers, c.threads, c.keepalive)"
    )
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code],
        env=KEPT | OUR_SETTINGS | {"DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    kind, workers, threads, keepalive = said.stdout.split()
    return [
        *("--worker-class", kind, "--workers", workers, "--threads", threads, "--keep-alive", keepalive),
        *("--preload", "--no-control-socket", "--log-level", "warning"),
    ]


def _run(command: list[str | Path], environment: dict[str, str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 (our own commands)
        command, env=KEPT | environment, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Missing(f"“{' '.join(map(str, command[1:]))}” failed:\n{done.stderr.strip()}")
