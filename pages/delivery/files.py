"""Pages as files: nginx serves them while the application or its database is away, and the processes of
one machine share them, so that of many readers after a change one waits for the rendering.

`index.html` stands beside its `.br` and `.gz` in a folder named like the page's path, and `index.json`
says what they are. Everything that writes or removes them takes the lock, and whoever writes looks at the
version once more: a page that was rendered before a change can then never take the place of a newer one.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from pages.delivery import version
from pages.delivery.encoding import IDENTITY
from pages.delivery.entry import Entry, Variant
from pages.delivery.release import release

logger = logging.getLogger(__name__)

ENDINGS = {"br": ".br", "gzip": ".gz", IDENTITY: ""}
FACTS = "index.json"


def root() -> Path:
    return Path(settings.PUBLISHED_DIR)


def folder_of(path: str) -> Path:
    """`/` and `/<slug>/` only; the front lets nothing else come here."""
    return root() / path.strip("/")


def write(path: str, entry: Entry) -> bool:
    """Puts the page's files in place, each by a rename, unless a change has committed since it was made.

    Raises OSError when they cannot be written, as on a full disk.
    """
    folder = folder_of(path)
    folder.mkdir(parents=True, exist_ok=True)
    with locked():
        if entry.version != version.current():
            return False
        for encoding, ending in ENDINGS.items():
            _put(folder / f"index.html{ending}", entry.variants[encoding].body)
        _put(folder / FACTS, json.dumps(_facts(entry)).encode())
    return True


def write_if_possible(path: str, entry: Entry) -> None:
    """The same for whoever can do without the files: readers on a full disk, and staff who publish there."""
    try:
        write(path, entry)
    except OSError as trouble:
        logger.warning("%s could not be published as a file: %s", path, trouble.strerror)


def read(path: str) -> Entry | None:
    """The page that these files are; nothing, when they are not there, not whole, or of another release."""
    folder = folder_of(path)
    try:
        with locked():
            facts = json.loads((folder / FACTS).read_bytes())
            bodies = {name: (folder / f"index.html{end}").read_bytes() for name, end in ENDINGS.items()}
    except (OSError, ValueError):
        return None
    if facts.get("release") != release():
        return None
    variants = {
        name: Variant(body, facts["etags"][name], [(key, value) for key, value in facts["headers"][name]])
        for name, body in bodies.items()
    }
    return Entry(facts["version"], facts["true_until"], variants, facts["is_smallest"])


def withdraw() -> None:
    """Takes all pages away. Readers then come to the application, which makes them anew."""
    if not root().is_dir():
        return
    with locked():
        for page in root().rglob("index.html*"):
            page.unlink(missing_ok=True)
        for facts in root().rglob(FACTS):
            facts.unlink(missing_ok=True)


@contextmanager
def turn(place: int) -> Iterator[None]:
    """One rendering of a page at a time among all processes of this machine; `place` stands for the page.

    Where no file can be opened, several may make it at once: better twice than not at all.
    """
    with ExitStack() as held:
        with suppress(OSError):
            root().mkdir(parents=True, exist_ok=True)
            line = held.enter_context((root() / f".turn-{place}").open("w"))
            fcntl.flock(line, fcntl.LOCK_EX)
        yield


@contextmanager
def locked() -> Iterator[None]:
    """One at a time among all processes of this machine."""
    root().mkdir(parents=True, exist_ok=True)
    with (root() / ".lock").open("w") as line:
        fcntl.flock(line, fcntl.LOCK_EX)  # Closing the file lets the next one in.
        yield


def _facts(entry: Entry) -> dict[str, Any]:
    return {
        "release": release(),
        "version": entry.version,
        "true_until": entry.true_until,
        "is_smallest": entry.is_smallest,
        "etags": {name: variant.etag for name, variant in entry.variants.items()},
        "headers": {name: variant.headers for name, variant in entry.variants.items()},
    }


def _put(place: Path, content: bytes) -> None:
    draft = place.with_name(f".{place.name}-{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)  # On a full disk half a file would take the last of the room.
