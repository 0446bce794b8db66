"""Makes the calls that the outbox holds. The worker's part.

Mail never waits for long: it has a part of the round of its own, before this one, and this one ends after
the first call that took long. An endpoint that fails rests, however many calls wait for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

from django.db import transaction

from leads import emails, outside
from leads.models import Message, WebhookAttempt, WebhookEndpoint
from leads.models.retries import LONGEST_WISH
from leads.models.webhook import ANSWER_KEPT
from leads.outside import Refused, Reply
from leads.webhooks.signature import signed_headers

logger = logging.getLogger(__name__)

SECONDS_FOR_A_CALL = 15.0
"""In all, from the name server to the last byte of the answer; far less than a Message's lease."""
SECONDS_IN_A_ROUND = 2.0
RIVALS = 5
GONE = 410


Clock = Callable[[], float]
"""Seconds since some moment, never going back."""


class Post(Protocol):
    def __call__(self, url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply: ...


def call_some(at: datetime, *, post: Post = outside.post, clock: Clock = time.monotonic) -> None:
    """Makes due calls one after another, for about two seconds; the rest is for the next round."""
    ends = clock() + SECONDS_IN_A_ROUND
    while call_next(at, post=post, clock=clock) and clock() < ends:
        pass


def call_next(at: datetime, *, post: Post = outside.post, clock: Clock = time.monotonic) -> bool:
    """Makes the call that has waited longest. False when none is due."""
    ready = Message.objects.due(at).ready_to_call(at).select_related("endpoint")
    for message in ready[:RIVALS]:
        if message.claim(at=at):
            call(message, at=at, post=post, clock=clock)
            return True
    return False


def call(message: Message, *, at: datetime, post: Post, clock: Clock) -> None:
    """One attempt, begun at the instant `at`, at a claimed Message; what came of it is on the rows."""
    endpoint = message.endpoint
    if endpoint is None:
        raise ValueError("Only a webhook can be called.")
    began = clock()
    try:
        reply: Reply | Refused = _send(message, endpoint, at, post)
    except Refused as refused:
        reply = refused
    took = timedelta(seconds=clock() - began)
    attempt = _attempt(message, reply, at, took)
    with transaction.atomic():
        attempt.save()
        if attempt.succeeded:
            message.mark_sent(at=at + took)
            endpoint.note_success()
        else:
            logger.warning("webhook %s, attempt %s: %s", message.pk, message.attempts, attempt.in_words)
            _note_failure(message, endpoint, attempt, ended=at + took, wish=_wished_pause(reply, at + took))


def _send(message: Message, endpoint: WebhookEndpoint, at: datetime, post: Post) -> Reply:
    body = message.text.encode()
    headers = signed_headers(f"msg_{message.key.hex}", body, secrets=endpoint.secrets_at(at), at=at)
    return post(
        endpoint.url, body, {"Content-Type": "application/json", **headers}, seconds=SECONDS_FOR_A_CALL
    )


def _attempt(message: Message, reply: Reply | Refused, at: datetime, took: timedelta) -> WebhookAttempt:
    attempt = WebhookAttempt(
        message=message, number=message.attempts, at=at, milliseconds=took // timedelta(milliseconds=1)
    )
    if isinstance(reply, Refused):
        attempt.error = str(reply)[:200]
    else:
        attempt.status = reply.status
        attempt.answer = _readable(reply.body)[:ANSWER_KEPT]
    return attempt


def _readable(answer: bytes) -> str:
    """Whatever a stranger's server said, as text that a database can store."""
    return answer.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _note_failure(
    message: Message, endpoint: WebhookEndpoint, attempt: WebhookAttempt, *, ended: datetime, wish: timedelta
) -> None:
    error = attempt.in_words
    endpoint.note_failure(began=attempt.at, at=ended, not_before=ended + wish)
    if attempt.status == GONE:
        message.mark_failed(error)
        _switch_off(endpoint, "It answered that it is gone for good (410).", at=ended)
        return
    message.postpone(error, at=ended, not_before=ended + wish)
    if endpoint.has_failed_too_long(ended):
        _switch_off(endpoint, f"No call got through for a day. The last one: {error}", at=ended)


def _switch_off(endpoint: WebhookEndpoint, reason: str, *, at: datetime) -> None:
    if endpoint.switch_off(reason[:200], at=at):
        logger.warning("webhook endpoint %s was switched off", endpoint.pk)
        Message.queue(emails.webhook_off(endpoint))


def _wished_pause(reply: Reply | Refused, at: datetime) -> timedelta:
    """How long a receiver asked to be left alone (RFC 9110, 10.2.3: seconds or a date), within reason."""
    wish = "" if isinstance(reply, Refused) else reply.headers.get("retry-after", "").strip()
    return min(max(_pause(wish, at), timedelta()), LONGEST_WISH)


def _pause(wish: str, at: datetime) -> timedelta:
    if wish.isdecimal():
        return timedelta(seconds=min(int(wish[:9]), LONGEST_WISH.total_seconds()))
    try:
        until = parsedate_to_datetime(wish)
    except ValueError:
        return timedelta()
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
