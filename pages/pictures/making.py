"""Makes the sizes that pictures wait for. Only the worker calls this; no page waits for an encoding."""

from __future__ import annotations

import io
import logging
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from pages.models import Rendition
from pages.models.picture import MOST_ATTEMPTS

logger = logging.getLogger(__name__)

RIVALS = 5
"""How many sizes another worker may take from under our hands before we come back a round later."""

OPTIONS: dict[str, dict[str, Any]] = {
    # Slower speeds took four to five times as long and saved 2 to 3%; 8 was twice as fast and 10% larger.
    "avif": {"format": "AVIF", "quality": 60, "speed": 6},
    "webp": {"format": "WEBP", "quality": 80, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
    "png": {"format": "PNG", "optimize": True},
}
"""How each kind of file is written. The qualities look alike beside each other."""


TURN = timedelta(seconds=2)
"""How long the sizes of an album may keep the worker from its next round, which sends mail."""


def make_some(at: datetime) -> None:
    """Makes what is due until a turn has passed. The rest has its turn in the next round."""
    ends = at + TURN
    while at < ends and make_next(at):
        at = timezone.now()


def make_next(at: datetime) -> bool:
    """Makes the size that has waited longest. False when none is due."""
    for rendition in Rendition.objects.due(at)[:RIVALS]:
        if rendition.claim(at=at):
            make(rendition, at=at)
            return True
    return False


def make(rendition: Rendition, *, at: datetime) -> None:
    """One attempt, begun at the instant `at`, at a claimed size; its result is on the row."""
    if rendition.attempts > MOST_ATTEMPTS:
        rendition.mark_failed("The worker did not survive making it.")
        return
    try:
        default_storage.save(rendition.name, ContentFile(encoded(rendition)))
    except Exception as error:  # Whatever is wrong with this one, the next one is not to suffer.
        logger.warning("%s, attempt %s: %r", rendition.name, rendition.attempts, error)
        # The pause follows the attempt, which may have taken long.
        rendition.postpone(repr(error), at=max(at, timezone.now()))
    else:
        rendition.mark_ready()


def encoded(rendition: Rendition) -> bytes:
    content = io.BytesIO()
    with default_storage.open(rendition.picture.name) as file, Image.open(file) as whole:
        size = (rendition.width, rendition.height)
        # Decoding at half the size is enough for the small ones.
        whole.draft(None, size)
        whole.resize(size, Image.Resampling.LANCZOS).save(content, **OPTIONS[rendition.ending])
    return content.getvalue()
