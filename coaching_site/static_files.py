"""Collects static files, when they are not those of last time: compressing them all takes a while."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_static_files() -> bool:
    """Collects what changed since the last time. Returns whether anything had."""
    stamp = Path(settings.STATIC_ROOT) / "sources.sha256"
    digest = _digest_of_sources()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    # Files of earlier releases stay: a page in a cache may still ask for them.
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(digest)
    return True


def _digest_of_sources() -> str:
    """One value for the names and contents of all sources, wherever they lie."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            with storage.open(name) as source:
                content = hashlib.file_digest(source, "sha256").digest()
            digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()
