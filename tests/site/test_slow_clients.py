"""What the proxies are for: as shipped, they keep slow clients and large bodies from gunicorn.

`python -m bench slow_clients` has the figures, with the whole site behind, and bare gunicorn beside it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings

from tests.servers import HOST, free_port, wait_until
from tests.site import proxies
from tests.site.proxies import BROTLI_MODULE, CADDY, NGINX, Front
from tests.site.slow import SlowClients

KINDS = [
    pytest.param(
        proxies.nginx,
        id="nginx",
        marks=pytest.mark.skipif(
            not (NGINX and BROTLI_MODULE.exists()), reason="needs nginx and its brotli module"
        ),
    ),
    pytest.param(proxies.caddy, id="caddy", marks=pytest.mark.skipif(not CADDY, reason="needs caddy")),
]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of gunicorn as the site configures it, with one process, which tells what it was given."""
    port, data = free_port(), tmp_path_factory.mktemp("data")
    gunicorn = ["-m", "gunicorn", "--config", "python:coaching_site.gunicorn_config", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, *gunicorn, "tests.site.counted_bodies:application"],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "coaching_site.settings",
            "DATA_DIR": str(data),
            "PORT": str(port),
        },
    )
    try:
        wait_until(lambda: Front(port, data).get("/"), process=process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


@pytest.fixture(params=KINDS)
def front(request: pytest.FixtureRequest, tmp_path: Path, application: int) -> Iterator[Front]:
    with request.param(tmp_path, application=application) as front:
        yield front


def post(front: Front, size: int, *, is_chunked: bool = False) -> int:
    """The status that a body of so many bytes is answered with."""
    body = b"a" * size
    with closing(HTTPConnection(HOST, front.port, timeout=10)) as connection:
        with suppress(OSError):  # Whoever is refused early may find the connection closed under their hands.
            connection.request(
                "POST",
                "/book/",
                iter([body]) if is_chunked else body,
                encode_chunked=is_chunked,
                headers={"Transfer-Encoding": "chunked"} if is_chunked else {},
            )
        return connection.getresponse().status


def test_sixty_slow_clients_slow_nobody_else_down(front: Front) -> None:
    with SlowClients(front.port):
        statuses = [front.get("/book/", source="127.0.0.2", patience=2)[0] for _ in range(20)]

    assert statuses == [200] * 20


def test_without_a_proxy_they_do(application: int, tmp_path: Path) -> None:
    """The control: it shows that the test above can fail."""
    with SlowClients(application), pytest.raises(TimeoutError):
        Front(application, tmp_path).get("/", patience=2)


def test_body_that_is_too_large_is_refused_before_the_application_has_it(front: Front) -> None:
    given_before = front.get("/book/")[2]

    statuses = [post(front, size) for size in (1_000_000, 5_000_000)]

    assert statuses == [413, 413]
    assert front.get("/book/")[2] == given_before
    assert post(front, 200_000) == 200


def test_body_without_a_length_is_measured_or_refused_but_never_passed_on_in_part(front: Front) -> None:
    given_before = front.get("/book/")[2]

    status = post(front, 1_000_000, is_chunked=True)

    assert status in {411, 413}
    assert front.get("/book/")[2] == given_before
