"""One file that holds a whole site: a tar file, whose last member says what the others are.

`rows/<table>.jsonl.gz`, `media/<name>`, `secret_key` where the site made its own, and `manifest.json`.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from coaching_site.backup import BackupProblem
from coaching_site.backup.rows import MIGRATION, Fingerprint, fingerprint

FORMAT = 1
MANIFEST = "manifest.json"
SECRET_KEY = "secret_key"  # noqa: S105 (the name of a file)
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class FileSum:
    """What a file holds: its length in bytes and its SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What an archive holds, and of when it is."""

    made_at: str
    """UTC, ISO 8601."""
    engine: str
    migrations: list[MIGRATION]
    tables: dict[str, Fingerprint]
    files: dict[str, FileSum]
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode()

    @classmethod
    def of_json(cls, text: bytes) -> Manifest:
        """Raises BackupProblem when it is of another format, or none."""
        try:
            said = json.loads(text)
            if said.pop("format") != FORMAT:
                raise BackupProblem("This backup was written by a newer release; restore it with that one.")
            said["migrations"] = [(app, name) for app, name in said["migrations"]]
            said["tables"] = {name: Fingerprint(**found) for name, found in said["tables"].items()}
            said["files"] = {name: FileSum(**found) for name, found in said["files"].items()}
            return cls(**said)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupProblem(
                "This file is no backup of a site, or its list of contents is damaged."
            ) from error

    @property
    def row_count(self) -> int:
        return sum(table.rows for table in self.tables.values())


class ArchiveWriter:
    """Adds one thing after another, and reckons its checksum on the way."""

    def __init__(self, tar: tarfile.TarFile, scratch: Path) -> None:
        self._tar, self._scratch = tar, scratch

    def add_rows(self, table: str, lines: Iterable[bytes]) -> Fingerprint:
        with tempfile.TemporaryFile(dir=self._scratch) as packed:
            with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as zipped:
                found = fingerprint(_passed_on(lines, zipped))
            self._add(_rows_name(table), packed)
        return found

    def add_file(self, name: str, file: IO[bytes]) -> FileSum:
        """`name` as the archive has it. The file may come over a network, so it is copied first."""
        with tempfile.TemporaryFile(dir=self._scratch) as copy:
            found = _sum(_passed_on(_blocks(file), copy))
            self._add(name, copy)
        return found

    def add_manifest(self, manifest: Manifest) -> None:
        self._add(MANIFEST, io.BytesIO(manifest.as_json()))

    def _add(self, name: str, content: IO[bytes]) -> None:
        member = tarfile.TarInfo(name)
        member.size = content.seek(0, os.SEEK_END)
        member.mode = 0o600
        content.seek(0)
        self._tar.addfile(member, content)


@contextmanager
def writing(target: Path) -> Iterator[ArchiveWriter]:
    """A new archive, for its owner's eyes alone; it takes its name when it is whole and on the disk."""
    draft = target.with_name(f".{target.name}.partial")
    try:
        with open(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield ArchiveWriter(tar, target.parent)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """An archive that is being read."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.manifest = Manifest.of_json(self._read(MANIFEST).read())

    def lines_of(self, table: str) -> Iterator[bytes]:
        with gzip.GzipFile(fileobj=self._read(_rows_name(table))) as lines:
            yield from lines

    def file(self, name: str) -> IO[bytes]:
        return self._read(name)

    def problems(self) -> list[str]:
        """What is not as the list of contents says, a sentence each; nothing, when all can be trusted."""
        tables = self.manifest.tables.items()
        files = self.manifest.files.items()
        return [
            *(f"The rows of {name} are damaged." for name, said in tables if self._rows(name) != said),
            *(f"{name} is damaged." for name, said in files if self._sum(name) != said),
        ]

    def _rows(self, table: str) -> Fingerprint | None:
        try:
            return fingerprint(self.lines_of(table))
        except (OSError, EOFError, zlib.error, BackupProblem):  # gzip's BadGzipFile is an OSError.
            return None

    def _sum(self, name: str) -> FileSum | None:
        try:
            return sum_of(self.file(name))
        except (OSError, BackupProblem):
            return None

    def _read(self, name: str) -> IO[bytes]:
        try:
            found = self._tar.extractfile(name)
        except KeyError:
            found = None
        if found is None:
            raise BackupProblem(f"{name} is missing in this backup.")
        return found


@contextmanager
def reading(source: Path) -> Iterator[Archive]:
    """Raises BackupProblem when it cannot be read at all."""
    try:
        with tarfile.open(source, mode="r:") as tar:
            yield Archive(tar)
    except (OSError, tarfile.TarError) as error:
        raise BackupProblem(f"{source} cannot be read as a backup: {error}.") from error


def sum_of(file: IO[bytes]) -> FileSum:
    return _sum(_blocks(file))


def _sum(blocks: Iterable[bytes]) -> FileSum:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return FileSum(size, digest.hexdigest())


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _passed_on(pieces: Iterable[bytes], target: Any) -> Iterator[bytes]:
    for piece in pieces:
        target.write(piece)
        yield piece


def _rows_name(table: str) -> str:
    return f"rows/{table}.jsonl.gz"
