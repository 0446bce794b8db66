"""No room is left on the disk of the data folder, the temporary files, and the database.

They lie on a small file system of their own. It is filled to the last byte while visitors book and read, and
staff upload a picture and sign in; then there is room again.
"""

from __future__ import annotations

import io
import os
import secrets
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from PIL import Image

from bench.delivery.tools import Missing
from bench.faults import story
from bench.faults.plant import Plant, get, running
from bench.faults.stage import Stage, listed, options_of, stages
from bench.faults.visitors import Visitors, visiting
from bench.runs import say
from pages.delivery import files
from tests.contention.rounds import SECRET

MEGABYTES = {"SQLite": 48, "PostgreSQL": 256}
FULL = 12.0
"""Seconds without room."""
WANTED = 5.0
PAGES = ["/", "/backend-developer-to-ai-engineer/", "/privacy/", "/terms/", "/book/", "/livez"]


def main(arguments: Sequence[str] = ()) -> int:
    options = options_of("disk", __doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="coaching-site-disk-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL has an account of its own.
        is_well = [_run(stage) for stage in stages(options, disk=lambda name: small(Path(folder), name))]
    return 0 if all(is_well) else 1


@contextmanager
def small(folder: Path, name: str) -> Iterator[Path]:
    """A file system with little room, in memory."""
    place = folder / name
    place.mkdir()
    size = f"size={MEGABYTES[name]}m,mode=755"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], check=False)  # noqa: S603, S607
    if made.returncode:
        raise Missing("A disk can only be filled where one may be mounted: run this as root.")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)  # noqa: S603, S607


def _run(stage: Stage) -> bool:
    data = Path(stage.environment["DATA_DIR"])
    (data / "tmp").mkdir()
    session = stage.database.run(story.session_of_owner)
    with ExitStack() as up:
        plant = up.enter_context(running(stage.plant(TMPDIR=str(data / "tmp"))))
        visitors = Visitors(plant.port, pages=PAGES)
        with visiting(visitors):
            visitors.offer(stage.database.run(story.empty_calendar))
            time.sleep(3)
            stage.database.run(story.settle)
            before = (visitors.posts.copy(), visitors.read.copy())
            filler = data / "filler"
            fill(filler)
            found = _while_full(plant, session)
            full = (visitors.posts - before[0], visitors.read - before[1])
            filler.unlink()
            back = _until_acknowledged(visitors)
            plant.wait_until_ready()
        after = _upload(plant.port, session)
        faults = [*stage.verdict(visitors), *_unkind(full), *_half_written(data)]
    say(
        f"{stage.name}, a full disk for {FULL:.0f} s; {back:.1f} s after there was room, one was acknowledged"
    )
    say(f"{'':<12}meanwhile POST: {listed(full[0])}; GET: {listed(full[1])}")
    for line in [*found, f"after it, a picture is uploaded: {after}"]:
        say(f"{'':<12}{line}")
    stage.report(visitors, faults)
    return not faults and back <= WANTED


def fill(filler: Path) -> None:
    """To the last byte, and again: what is freed meanwhile is taken as well."""
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def _while_full(plant: Plant, session: str) -> list[str]:
    ends = time.monotonic() + FULL
    filler = Path(plant.environment["DATA_DIR"]) / "filler"
    said = {
        "staff open the desk": _get(plant.port, "/admin/", session),
        "staff upload a small picture": _upload(plant.port, session, side=400),
        "staff upload a large picture": _upload(plant.port, session),
        "staff sign in": _sign_in(plant.port),
    }
    plant.web.terminate()
    plant.web.start(plant.environment, plant.folder)
    said["web is started anew, and asked for a page"] = str(get(plant.port, "/")[0])
    while time.monotonic() < ends:
        fill(filler)
        time.sleep(0.2)
    return [f"{what}: {answer}" for what, answer in said.items()]


def _until_acknowledged(visitors: Visitors) -> float:
    began = time.monotonic()
    while visitors.acknowledged_at < began and time.monotonic() < began + 60:
        time.sleep(0.02)
    return time.monotonic() - began


def _unkind(full: tuple[Counter[str], Counter[str]]) -> Iterator[str]:
    """Whatever is no page, no promise, and no 503 that gives back what was typed."""
    posts, read = full
    for answer, count in posts.items():
        if answer not in {
            "303",
            "409",
            "503 with what was typed",
            "RemoteDisconnected",
            "ConnectionResetError",
        }:
            yield f"{count} × POST {answer} while the disk was full"
    for answer, count in read.items():
        if answer.split()[-1] not in {"200", "RemoteDisconnected", "ConnectionResetError"}:
            yield f"{count} × GET {answer} while the disk was full"


def _half_written(data: Path) -> Iterator[str]:
    """Published files must be whole: the plain one as long as the facts beside it say by their ETag."""
    for facts in (data / "published").rglob(files.FACTS):
        if not (facts.with_name("index.html").read_bytes().rstrip().endswith(b"</html>")):
            yield f"{facts.parent.relative_to(data)} is published by half"
    for picture in (data / "media").rglob("*.jpg"):
        try:
            Image.open(picture).load()
        except OSError:
            yield f"{picture.name} is half a picture"


# --- What staff do meanwhile


def _get(port: int, path: str, session: str) -> str:
    return _ask(port, "GET", path, {"Cookie": f"sessionid={session}"})


def _sign_in(port: int) -> str:
    headers = {"Cookie": f"csrftoken={SECRET}", "Content-Type": "application/x-www-form-urlencoded"}
    body = f"login=owner&password={story.PASSWORD}&csrfmiddlewaretoken={SECRET}"
    return _ask(port, "POST", "/admin/login/", headers, body.encode())


def _upload(port: int, session: str, side: int = 1600) -> str:
    boundary = secrets.token_hex(8)
    parts = {"csrfmiddlewaretoken": SECRET, "alternative_text": "Noise", "title": f"Noise {side}"}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in parts.items()
    )
    head = 'Content-Disposition: form-data; name="upload"; filename="noise.png"\r\nContent-Type: image/png'
    body += f"--{boundary}\r\n{head}\r\n\r\n".encode() + _noise(side) + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={SECRET}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    return _ask(port, "POST", "/admin/pages/picture/add/", headers, body)


def _noise(side: int) -> bytes:
    content = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(content, "PNG")
    return content.getvalue()


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> str:
    """The status, and the sentence that tells what is wrong, if there is one."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.monotonic()
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
    full = ", says that the disk may be full" if "disk may be full" in text else ""
    return f"{response.status}{full} ({time.monotonic() - began:.1f} s)"
