"""What two workers find to send, and the calls of one of them. Runs where the servers' database is."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from leads.models import Message
from leads.outside import Reply
from leads.webhooks.delivery import call_next
from tests.leads.webhooks import an_endpoint
from tests.leads.webhooks import queued as queued_calls


def forget_messages() -> None:
    Message.objects.all().delete()


def queue_mails(count: int) -> list[str]:
    """Returns the Message-ID of each."""
    mails = [
        Message(kind=Message.Kind.TEST, recipient=f"p{n}@example.com", subject="s", text="t")
        for n in range(count)
    ]
    Message.queue(*mails)
    return [f"<{mail.key}@127.0.0.1>" for mail in mails]


def queue_calls(count: int) -> list[str]:
    """Returns the id that each call carries."""
    return [f"msg_{call.key.hex}" for call in queued_calls(an_endpoint(), timezone.now(), count)]


def none_waits() -> bool:
    return not Message.objects.waiting().exists()


def call(here: str, name: str, callers: int) -> int:
    """Makes calls until none is due, once so many callers are there. Returns how many it made.

    They go `here`, to this machine, where the worker's own way out refuses to go.
    """

    def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        request = urllib.request.Request(here, body, dict(headers))  # noqa: S310 (our own address)
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
            return Reply(answer.status, answer.read())

    _wait_for(callers, name)
    made = 0
    while call_next(timezone.now(), post=post):
        made += 1
    return made


def _wait_for(callers: int, name: str) -> None:
    folder = Path(settings.DATA_DIR, "callers")
    folder.mkdir(exist_ok=True)
    (folder / name).touch()
    while len(list(folder.iterdir())) < callers:
        time.sleep(0.01)
