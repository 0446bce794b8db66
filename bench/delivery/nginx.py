"""nginx, as the owner would run it, or as bare as it goes."""

from __future__ import annotations

import getpass
from pathlib import Path

from bench.delivery.servers import Server
from bench.delivery.tools import BROTLI_MODULE, program
from tests.servers import free_port
from tests.site.proxies import MAIN, site_of

BARE = """\
    server {{
        listen 127.0.0.1:{port};
        access_log off;
        brotli_static on;
        gzip_static on;
        root {pages};
    }}
"""


def bare(pages: Path, folder: Path, *, workers: int) -> Server:
    """Nothing but files from a folder."""
    port = free_port()
    return _nginx(BARE.format(port=port, pages=pages), port, folder, workers)


def deployed(data: Path, folder: Path, *, workers: int, application: str) -> Server:
    """The configuration that the project ships, on this machine’s ports and without TLS."""
    port = free_port()
    site = site_of(data, port, application.removeprefix("http://"))
    return _nginx(site, port, folder, workers)


def _nginx(site: str, port: int, folder: Path, workers: int) -> Server:
    folder.mkdir()
    configuration = folder / "nginx.conf"
    configuration.write_text(
        MAIN.format(user=getpass.getuser(), workers=workers, brotli=BROTLI_MODULE, folder=folder, site=site)
    )
    return Server(
        [program("nginx") or "nginx", "-e", "stderr", "-p", folder, "-c", configuration],
        port=port,
        log=folder / "log",
        environment={},
        folder=folder,
    )
