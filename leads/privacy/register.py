"""That somebody was erased, without saying who: so that it can be proven, and done again after a restore.

An erasure is a row with a keyed hash of the address. The row alone would not survive what it is for: an old
backup of the database knows nothing of later erasures. So each also has its line in a file beside the
database, which a restore of the database leaves alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

from leads.models import Erasure


class BrokenLine(Exception):
    """A file of erasures with a line that is none. The text says which."""


@dataclass(frozen=True, order=True)
class Entry:
    at: datetime
    digest: str
    key: str
    """Tells under which SECRET_KEY the hash was made, without telling the key."""


def digest_of(canonical: str) -> str:
    return salted_hmac("leads.erasure", canonical, algorithm="sha256").hexdigest()


def key_in_use() -> str:
    return salted_hmac("leads.erasure.key", "", algorithm="sha256").hexdigest()[:8]


def path() -> Path:
    return settings.DATA_DIR / "erasures"


def entries(file: Path | None = None) -> list[Entry]:
    """Of the database and of the file together, the oldest first. Raises BrokenLine and OSError."""
    return sorted({*_of_database(), *_of_file(file or path(), may_lack=file is None)})


def write_missing() -> int:
    """Gives each erasure of the database its line in the file. Returns how many lacked one."""
    missing = sorted(set(_of_database()) - set(_of_file(path(), may_lack=True)))
    if missing:
        handle = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a", encoding="ascii") as file:
            file.writelines(_lines(missing))
            file.flush()
            os.fsync(file.fileno())
    return len(missing)


def _lines(entries: Iterable[Entry]) -> Iterator[str]:
    return (f"{entry.at.isoformat()} {entry.digest} {entry.key}\n" for entry in entries)


def _of_database() -> Iterator[Entry]:
    return (Entry(*row) for row in Erasure.objects.values_list("at", "digest", "key"))


def _of_file(file: Path, *, may_lack: bool) -> Iterator[Entry]:
    if may_lack and not file.exists():
        return
    for number, line in enumerate(file.read_text(encoding="ascii").splitlines(), 1):
        try:
            at, digest, key = line.split()
            yield Entry(datetime.fromisoformat(at), digest, key)
        except ValueError as error:
            raise BrokenLine(f"Line {number} of {file} is no erasure.") from error
