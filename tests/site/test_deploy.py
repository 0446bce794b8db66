"""What is shipped for servers, as far as a test can run it: syntax, schema, and traffic through the proxy."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from pages.delivery.front import DeliveryFront
from pages.starter import load_pages
from tests.servers import PATIENCE, free_port
from tests.site import proxies
from tests.site.proxies import Front
from tests.wsgi import ask

DEPLOY = Path(settings.BASE_DIR, "deploy")
SERVICES = sorted(DEPLOY.glob("systemd/*.service"))


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}")


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=60
    )


# --- systemd


@needs("systemd-analyze")
def test_units_are_understood_by_systemd(tmp_path: Path) -> None:
    for unit in DEPLOY.glob("systemd/*"):
        # Only on a server are these there.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
        text = re.sub(r"^(WorkingDirectory|EnvironmentFile)=.*\n", "", text, flags=re.M)
        (tmp_path / unit.name).write_text(text)

    verified = run("systemd-analyze", "verify", *sorted(tmp_path.iterdir()))

    assert (verified.returncode, verified.stderr) == (0, "")


@needs("systemd-analyze")
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_services_may_do_little(service: Path) -> None:
    """Of 100 points of exposure at most 15; a unit that says nothing has 96."""
    judged = run("systemd-analyze", "security", "--offline=yes", "--threshold=15", service)

    assert judged.returncode == 0, judged.stdout


def test_services_share_one_set_of_bounds() -> None:
    def bounds(service: Path) -> str:
        return service.read_text().partition("# --- What it may not do")[2].partition("[Install]")[0].strip()

    assert len({bounds(service) for service in SERVICES}) == 1
    assert bounds(SERVICES[0]) != ""


def commands_that_serve() -> list[list[str]]:
    unit = re.search(
        r"^ExecStart=\S+/(gunicorn .*)$", (DEPLOY / "systemd/coaching-site-web.service").read_text(), re.M
    )
    container = re.search(r"^CMD (\[.*\])$", (DEPLOY / "Containerfile").read_text(), re.M)
    assert unit
    assert container
    return [unit[1].split(), json.loads(container[1])]


@pytest.mark.parametrize("command", commands_that_serve(), ids=["unit", "container"])
def test_gunicorn_starts_with_the_environment_of_a_server(command: list[str], tmp_path: Path) -> None:
    """Nothing has named Django's settings there."""
    checked = subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:], "--check-config"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert checked.returncode == 0, checked.stderr


def test_worker_tells_systemd_that_it_goes_round(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        worker = subprocess.Popen(
            [sys.executable, Path(settings.BASE_DIR, "manage.py"), "worker"],
            env={
                "PATH": os.environ["PATH"],
                "DATA_DIR": str(tmp_path),
                "NOTIFY_SOCKET": str(tmp_path / "notify"),
            },
            stderr=subprocess.DEVNULL,
        )
        try:
            said = systemd.recv(100)
        finally:
            worker.terminate()
            ended = worker.wait(PATIENCE)

    assert (said, ended) == (b"READY=1", 0)


def test_proxy_and_socket_speak_of_the_same_port() -> None:
    socket = configparser.ConfigParser(strict=False)
    socket.read(DEPLOY / "systemd" / "coaching-site.socket")

    address = socket["Socket"]["ListenStream"]

    assert f"server {address};" in (DEPLOY / "nginx.conf").read_text()
    assert f"{{$CADDY_UPSTREAM:{address}}}" in (DEPLOY / "Caddyfile").read_text()


# --- Containers


@needs("docker-compose")
def test_compose_file_keeps_to_the_schema(tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "compose.yaml", tmp_path)
    (tmp_path / ".env").write_text("DATABASE_PASSWORD=secret\nHOST=example.com\n")

    checked = run("docker-compose", "-f", tmp_path / "compose.yaml", "config", "--quiet")

    assert (checked.returncode, checked.stderr) == (0, "")


def test_scripts_are_understood_by_bash() -> None:
    assert [run("bash", "-n", script).returncode for script in DEPLOY.glob("*.sh")] == [0, 0]


# --- Caddy


@pytest.fixture
def caddy(tmp_path: Path) -> Iterator[Front]:
    """With the published files of a small site, and nobody behind it."""
    with proxies.caddy(tmp_path, application=free_port()) as front:
        yield front


def put(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@needs("caddy")
@pytest.mark.django_db
@override_settings(SECURE_HSTS_SECONDS=365 * 24 * 3600)  # as of an https site
def test_caddy_serves_published_pages_while_the_application_is_away(caddy: Front) -> None:
    load_pages()
    said = ask(DeliveryFront(WSGIHandler()), "/", scheme="https", host="127.0.0.1").headers
    put(caddy.folder, "published/index.html", b"<h1>Home</h1>")
    put(caddy.folder, "published/guide/index.html", b"<h1>Guide</h1>")
    put(caddy.folder, "published/guide/index.html.br", b"smaller")
    put(caddy.folder, "static/css/site.0123456789ab.css", b"p{}")

    home, guide = caddy.get("/?utm_source=x"), caddy.get("/guide/", headers={"Accept-Encoding": "br, gzip"})
    sheet, form = caddy.get("/static/css/site.0123456789ab.css"), caddy.get("/book/")

    assert (home[0], home[2]) == (200, b"<h1>Home</h1>")
    assert (guide[0], guide[2], guide[1]["Content-Encoding"]) == (200, b"smaller", "br")
    of_the_file = {"Content-Type", "Content-Length", "ETag", "Vary"}
    assert {name: home[1].get(name) for name in said.keys() - of_the_file} == {
        name: value for name, value in said.items() if name not in of_the_file
    }
    assert (sheet[0], sheet[1]["Cache-Control"]) == (200, "max-age=315360000, public, immutable")
    assert (form[0], form[1]["Retry-After"], form[1]["Cache-Control"]) == (503, "30", "no-store")
    assert b"away for a moment" in form[2]


@needs("caddy")
@pytest.mark.parametrize(
    "path", ["/secret_key", "/../secret_key", "/%2e%2e/secret_key", "/static/../secret_key"]
)
def test_caddy_gives_out_nothing_beside_the_two_folders(caddy: Front, path: str) -> None:
    put(caddy.folder, "secret_key", b"do not tell")
    put(caddy.folder, "published/index.html", b"home")

    assert b"do not tell" not in caddy.get(path)[2]
