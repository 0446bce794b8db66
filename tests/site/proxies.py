"""nginx and Caddy by the configuration that the project ships, on ports of this machine and without TLS.

What stands in them for the data folder is a folder of the caller's.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

from tests.servers import HOST, PATIENCE, free_port, wait_until

DEPLOY = Path(settings.BASE_DIR, "deploy")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CADDY = shutil.which("caddy")
BROTLI_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

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


@dataclass(frozen=True)
class Front:
    port: int
    folder: Path

    def get(
        self, path: str, *, source: str = HOST, patience: float = 10, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer to a client at the address `source` of this machine. `patience` is in seconds."""
        connection = HTTPConnection(HOST, self.port, timeout=patience, source_address=(source, 0))
        with closing(connection):
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()


@contextmanager
def nginx(folder: Path, *, application: int) -> Iterator[Front]:
    """With files from `folder`, and in front of what listens at the port `application`."""
    port = free_port()
    site = site_of(folder, port, f"{HOST}:{application}")
    own = folder / "nginx"
    own.mkdir()
    (own / "nginx.conf").write_text(
        MAIN.format(user=getpass.getuser(), workers=1, brotli=BROTLI_MODULE, folder=own, site=site)
    )
    command = [str(NGINX), "-e", "stderr", "-p", str(own), "-c", str(own / "nginx.conf")]
    with _running(command, {}, Front(port, folder)) as front:
        yield front


@contextmanager
def caddy(folder: Path, *, application: int) -> Iterator[Front]:
    """As `nginx`."""
    port = free_port()
    (folder / "Caddyfile").write_text(caddyfile_for(folder))
    command = [str(CADDY), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    addresses = {
        "HOME": str(folder),
        "CADDY_SITE": f"http://{HOST}:{port}",
        "CADDY_UPSTREAM": f"{HOST}:{application}",
        "CADDY_ADMIN": f"{HOST}:{free_port()}",
    }
    with _running(command, addresses, Front(port, folder)) as front:
        yield front


def site_of(data: Path, port: int, application: str) -> str:
    """What nginx is told of the site. Raises LookupError when the shipped file has changed."""
    site = re.sub(
        r"^server \{\n    listen 80;.*?^\}\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.M | re.S
    )
    site = re.sub(r"^ +(ssl_.*|listen \[.*)\n", "", site, flags=re.M)
    changes = {
        "listen 443 ssl http2": f"listen {HOST}:{port}",
        "server 127.0.0.1:8000": f"server {application}",
        "server_name example.com": f"server_name {HOST}",
        "/var/lib/coaching-site": str(data),
    }
    for shipped, here in changes.items():
        if shipped not in site:
            raise LookupError(f"nginx.conf has no “{shipped}” any more.")
        site = site.replace(shipped, here)
    return site


def caddyfile_for(folder: Path) -> str:
    """In the words of the Caddy that is here: before 2.7 two of them were others."""
    text = (DEPLOY / "Caddyfile").read_text().replace("/var/lib/coaching-site", str(folder))
    version = subprocess.run([str(CADDY), "version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, version.lstrip("v").split(".")[:2])) < (2, 7):
        text = re.sub(r"request_buffers \w+", "buffer_requests", text)
        text = re.sub(r"response_buffers \w+", "buffer_responses", text)
    return text


@contextmanager
def _running(command: list[str], environment: dict[str, str], front: Front) -> Iterator[Front]:
    process = subprocess.Popen(
        command, env={"PATH": os.environ["PATH"]} | environment, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: front.get("/"), process=process)
        yield front
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
