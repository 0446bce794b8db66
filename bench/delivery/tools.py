"""What the comparison needs on this machine, brought when it is missing and may be brought."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import venv
from pathlib import Path

from bench.runs import say

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench" / "peers"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "coaching-site-bench"

BROTLI_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
PACKAGES = ["nginx", "libnginx-mod-http-brotli-static", "wrk"]


KEPT = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
"""All that a server gets to know of the environment here: it must not find the owner's database."""


class Missing(Exception):
    """Something that is needed is not here. The text says what, and what to do."""


def need_programs() -> None:
    """nginx with its brotli module, and wrk, from Debian's packages."""
    if _programs_are_here():
        return
    install = f"apt-get install {' '.join(PACKAGES)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"nginx, its brotli module and wrk are needed. On Debian, as root: {install}")
    say(f"{install} …")
    _run_quietly("apt-get", "update", "-qq")
    _run_quietly("apt-get", "install", "-qq", "--no-install-recommends", *PACKAGES)
    if not _programs_are_here():
        raise Missing(f"“{install}” did not bring what is needed.")


def _run_quietly(*command: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603


def _programs_are_here() -> bool:
    return bool(program("nginx") and program("wrk") and BROTLI_MODULE.exists())


def program(name: str) -> str | None:
    """Its path; nginx is among the programs for root, which are not on everyone's PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def environment_of(peer: str) -> Path:
    """The Python of a peer's own environment, made anew when `peer`.txt changed."""
    wanted = PEERS / f"{peer}.txt"
    folder = CACHE / peer
    stamp = folder / hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    if not stamp.exists():
        say(f"Making an environment for {peer}: once, about a minute …")
        venv.create(folder, clear=True, with_pip=True)
        _install(folder, wanted)
        stamp.touch()
    return folder / "bin" / "python"


def _install(folder: Path, wanted: Path) -> None:
    command: list[str | Path] = [folder / "bin" / "pip", "install", "--quiet", "--no-input", "-r", wanted]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if installed.returncode:
        raise Missing(f"{wanted.stem} could not be installed: {_last_line(installed.stderr)}")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason was given"])[-1]
