"""An endpoint for tests, and a receiver that answers as it is told and remembers what it got."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leads.models import Message, WebhookEndpoint
from leads.outside import Refused, Reply
from leads.webhooks.delivery import Post, call_next
from leads.webhooks.payload import send_test

FINE = Reply(200, b"thanks")
DOWN = Reply(503, b"closed for repairs")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def an_endpoint(**changes: Any) -> WebhookEndpoint:
    fields = {"name": "CRM", "url": "https://crm.example.com/hook", "secret": SECRET}
    return WebhookEndpoint.objects.create(**(fields | changes))


def queued(endpoint: WebhookEndpoint, at: datetime, count: int = 1) -> list[Message]:
    """Calls without a request behind them, the oldest first."""
    for _ in range(count):
        send_test(endpoint, at=at)
    return list(endpoint.messages.order_by("pk"))


def stopped_clock() -> float:
    """So that a call takes no time, and what is noted after it is to the second."""
    return 0.0


@dataclass
class Receiver:
    """Stands where the network is: address, headers and body are those of a real call, the wire is not."""

    answer: Reply | Refused = FINE
    got: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        self.got.append((url, body, headers))
        if isinstance(self.answer, Refused):
            raise self.answer
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, _, headers in self.got]

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body, _ in self.got]


def calls_at(at: datetime, receiver: Post) -> int:
    """Makes every call that is due; returns how many."""
    made = 0
    while call_next(at, post=receiver, clock=stopped_clock):
        made += 1
    return made


def when_called(receiver: Receiver, begins: datetime, *, until: datetime) -> list[timedelta]:
    """How long after the beginning a worker that misses nothing made each call."""
    made = []
    instant: datetime | None = begins
    while instant is not None and instant <= until:
        made += [instant - begins] * calls_at(instant, receiver)
        instant = _next_instant()
    return made


def _next_instant() -> datetime | None:
    waiting = Message.objects.webhooks().waiting().select_related("endpoint")
    return min((_ready_at(message) for message in waiting), default=None)


def _ready_at(message: Message) -> datetime:
    rests_until = message.endpoint.rests_until if message.endpoint else None
    return max(message.next_attempt_at, rests_until or message.next_attempt_at)
