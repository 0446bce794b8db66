"""What happens in the run's database itself, each in a process of `tests.contention.database`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, connections
from django.db.models import Q, QuerySet
from django.utils import timezone

from bench.faults.receivers import HOST
from leads.models import (
    BookingEvent,
    BookingPage,
    BookingRequest,
    HeldTime,
    Message,
    Status,
    WebhookEndpoint,
    WorkerSign,
)
from leads.time_choices import NONE_SUITS, as_value
from leads.turn import calendar_turn
from pages.starter import load_pages
from tests.contention import story

ONE_OF_EACH = {"event requested": 1, "acknowledgement": 1, "staff_notice": 1, "webhook": 1}
SEEDED = Q(fingerprint__startswith="fingerprint-") | Q(erased_at__isnull=False)
"""The requests of `bench.many_requests`, some of which are so old that the site erases them."""
CELLS_OF_A_CALL = 6
PASSWORD = "correct-horse-battery-staple"  # noqa: S105 (of a site that is gone after the run)


def prepare() -> None:
    """A migrated site with its starter pages, wide hours, and somebody who is told by webhook."""
    story.prepare()
    owner = User.objects.get()
    owner.set_password(PASSWORD)
    owner.save()
    load_pages()
    WebhookEndpoint.objects.create(name="CRM", url=f"https://{HOST}/hook")


def session_of_owner() -> str:
    return story.signed_in(User.objects.get())


def settle() -> None:
    """Leaves SQLite no room of its own in the log that it writes ahead."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def reconnect() -> None:
    """After the database was away."""
    connections.close_all()


def empty_calendar() -> list[str]:
    """Calls off what is in the calendar, without a word to anybody, and returns the open times."""
    with calendar_turn():
        BookingRequest.objects.filter(status=Status.REQUESTED).update(status=Status.CANCELLED)
        HeldTime.objects.all().delete()
    return story.open_times_now()


def worker_seen_at() -> datetime | None:
    sign = WorkerSign.objects.first()
    return sign.seen_at if sign else None


def bring_forward() -> None:
    """Makes due at once what waits for the end of a lease."""
    Message.objects.waiting().update(next_attempt_at=timezone.now())
    WebhookEndpoint.objects.update(rests_until=None)


def waiting() -> int:
    return Message.objects.waiting().count()


def what_is_wrong(promised: dict[str, tuple[dict[str, str], list[str]]]) -> list[str]:
    """In words. `promised` has each form that was acknowledged, and its tokens, by its sender's name."""
    return [*_lost(promised), *_halves(), *_integrity()]


def take_any_number() -> None:
    """A flood of requests is what these runs are."""
    words = BookingPage.current()
    words.requests_a_day = 0
    words.save()


def ids() -> tuple[list[str], list[str]]:
    """Those under which mails, and webhooks, must have arrived."""
    rows = list(Message.objects.exclude(booking__in=_seeded()).values_list("key", "endpoint"))
    mails = [f"<{key}@127.0.0.1>" for key, endpoint in rows if endpoint is None]
    return mails, [f"msg_{key.hex}" for key, endpoint in rows if endpoint is not None]


def not_sent() -> list[str]:
    unsent = Message.objects.exclude(state=Message.State.SENT).exclude(booking__in=_seeded())
    return [f"{message} of {message.booking}: {message.state} {message.last_error}" for message in unsent]


def _seeded() -> QuerySet[BookingRequest]:
    return BookingRequest.everything.filter(SEEDED)


def _lost(promised: dict[str, tuple[dict[str, str], list[str]]]) -> Iterator[str]:
    stored = {booking.token: booking for booking in BookingRequest.everything.all()}
    for name, (form, tokens) in promised.items():
        if len(set(tokens)) > 1:
            yield f"{name} was given {len(set(tokens))} pages for one form"
        for token in set(tokens):
            if (booking := stored.get(token)) is None:
                yield f"LOST: {name} was told {token}, which is not there"
            elif differences := _differences(booking, form):
                yield f"{name} is stored otherwise: {differences}"


def _differences(booking: BookingRequest, form: dict[str, str]) -> dict[str, object]:
    begins = as_value(booking.starts_at) if booking.starts_at else NONE_SUITS
    found = {name: getattr(booking, name) for name in ["name", "email", "role", "goals"]}
    found |= {"starts_at": begins, "suspicion": booking.suspicion}
    wanted: dict[str, object] = {name: form.get(name, "") for name in found}
    return {name: value for name, value in found.items() if value != wanted[name]}


def _halves() -> Iterator[str]:
    """Every request, acknowledged or not, has all that belongs to it, once."""
    requests = BookingRequest.everything.exclude(SEEDED)
    parts: dict[int, Counter[str]] = {pk: Counter() for pk in requests.values_list("pk", flat=True)}
    for pk, kind in Message.objects.filter(booking__in=parts).values_list("booking", "kind"):
        parts[pk][kind] += 1
    for pk, kind in BookingEvent.objects.filter(booking__in=parts).values_list("booking", "kind"):
        parts[pk][f"event {kind}"] += 1
    for pk, found in parts.items():
        if found != ONE_OF_EACH:
            yield f"request {pk} is half there: {dict(found)}"
    yield from _half_held()


def _half_held() -> Iterator[str]:
    held = Counter(HeldTime.objects.values_list("booking", flat=True))
    calls = BookingRequest.objects.filter(status=Status.REQUESTED, starts_at__isnull=False)
    for booking in calls.exclude(SEEDED):
        if held[booking.pk] != CELLS_OF_A_CALL:
            yield f"{booking.name} holds {held[booking.pk]} of {CELLS_OF_A_CALL} parts of their time"


def _integrity() -> Iterator[str]:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            said = cursor.execute("PRAGMA integrity_check").fetchall()
        if said != [("ok",)]:
            yield f"integrity_check: {said}"
