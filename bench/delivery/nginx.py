"""nginx, as the owner would run it, or as bare as it goes."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

from bench.delivery.servers import Server, free_port
from bench.delivery.tools import BROTLI_MODULE, ROOT, program

DEPLOYED = ROOT / "deploy" / "nginx.conf"

MAIN = """\
daemon off;
user {user};
worker_processes {workers};
load_module {brotli};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""

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
    site = re.sub(r"^server \{\n    listen 80;.*?^\}\n", "", DEPLOYED.read_text(), flags=re.M | re.S)
    site = re.sub(r"^ +(ssl_.*|listen \[.*)\n", "", site, flags=re.M)
    changes = {
        "listen 443 ssl http2": f"listen 127.0.0.1:{port}",
        "server 127.0.0.1:8000": f"server {application.removeprefix('http://')}",
        "server_name example.com": "server_name 127.0.0.1",
        "/var/lib/coaching-site": str(data),
    }
    for shipped, here in changes.items():
        if shipped not in site:
            raise LookupError(f"{DEPLOYED.name} has no “{shipped}” any more.")
        site = site.replace(shipped, here)
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
