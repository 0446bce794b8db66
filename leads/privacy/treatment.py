"""What becomes of each field when its person is erased: the one place that knows.

The person goes, the counts stay. A field that is named nowhere here fails a test, so that nobody adds one
without having said whether it is about the person.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Field, ManyToManyField, Model, QuerySet

from leads.models import BookingEvent, BookingRequest, HeldTime, Message, TimeOffer
from leads.models.booking import new_token
from leads.models.erasing import ERASED
from leads.models.webhook import WebhookAttempt

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Treatment:
    """How the rows of one model are treated."""

    request: str
    """The way from a row to its request, as a lookup."""
    erased: Mapping[str, Any]
    """The fields about the person, and what stands there afterwards: a value, or a function of the row."""
    kept: frozenset[str]
    secret: frozenset[str] = frozenset()
    """Fields that are left out of the file for the person, because they would open a door."""


def _nowhere(row: Any) -> str:
    """An address that no mail can reach (RFC 2606, 2), and that no other request has."""
    return f"erased-{row.pk}@erased.invalid"


def _clock(booking: BookingRequest) -> str:
    return f"{booking.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}" if booking.starts_at else ""


def _settled(message: Message) -> str:
    """What was not sent will not be, and nobody is to send it again."""
    return message.state if message.state == Message.State.SENT else Message.State.WITHDRAWN


TREATMENTS: dict[type[Model], Treatment] = {
    BookingRequest: Treatment(
        request="pk",
        erased={
            "token": lambda _: new_token(),
            "fingerprint": lambda _: secrets.token_hex(32),
            "name": ERASED,
            "email": _nowhere,
            "canonical_email": _nowhere,
            "time_zone": "UTC",
            "promised_clock": _clock,
            "role": "",
            "goals": "",
            "profile_url": "",
            "language": settings.LANGUAGE_CODE,
            "wished_time": "",
            # What staff thought of the person.
            "next_action": "",
            "next_action_on": None,
            "tags": (),
            # A search phrase, and the link of one mail, may stand for one reader.
            "utm_term": "",
            "utm_content": "",
        },
        kept=frozenset(
            {
                "id",
                "created_at",
                "erased_at",
                # Two choices out of four, which many share.
                "experience",
                "direction",
                # The site's words, not the person's.
                "consent",
                "mail_consent",
                "source_page",
                "source_cta",
                "source_name",
                "utm_source",
                "utm_medium",
                "utm_campaign",
                "status",
                "waits_for_answer",
                "is_canary",
                "suspicion",
                "first_reply_at",
                "outcome",
                "starts_at",
                "ends_at",
                "on_waiting_list",
                "sequence",
                "value",
                "assigned_to",
            }
        ),
        secret=frozenset({"token", "fingerprint"}),
    ),
    BookingEvent: Treatment(
        request="booking",
        erased={"text": ""},
        kept=frozenset({"id", "booking", "kind", "at", "by"}),
    ),
    Message: Treatment(
        request="booking",
        erased={
            "key": lambda _: uuid.uuid4(),
            "recipient": lambda message: "" if message.is_webhook else _nowhere(message),
            "reply_to": "",
            # A webhook's subject is its type, and its text is JSON.
            "subject": lambda message: message.subject if message.is_webhook else ERASED,
            "text": lambda message: "{}" if message.is_webhook else "",
            "html": "",
            "calendar": "",
            "last_error": "",
            "state": _settled,
        },
        kept=frozenset(
            {
                "id",
                "booking",
                "kind",
                "endpoint",
                "occasion",
                "created_at",
                "attempts",
                "next_attempt_at",
                "give_up_at",
                "sent_at",
            }
        ),
        secret=frozenset({"key", "html", "calendar", "occasion"}),
    ),
    WebhookAttempt: Treatment(
        request="message__booking",
        # A receiver may answer with what it was told.
        erased={"answer": ""},
        kept=frozenset({"id", "message", "number", "at", "milliseconds", "status", "error"}),
    ),
    TimeOffer: Treatment(
        request="booking",
        erased={},
        kept=frozenset({"id", "booking", "starts_at", "ends_at", "made_at", "expires_at", "closed_at"}),
    ),
    HeldTime: Treatment(request="booking", erased={}, kept=frozenset({"starts_at", "booking"})),
}


def models_of_a_request() -> set[type[Model]]:
    """BookingRequest, and every model with rows that belong to one, or to something that does."""
    found: set[type[Model]] = set()
    to_see: list[type[Model]] = [BookingRequest, Message, BookingEvent]
    while to_see:
        model = to_see.pop()
        if model not in found:
            found.add(model)
            to_see += [relation.related_model for relation in model._meta.related_objects]
    return {model for model in found if not model._meta.auto_created}


def fields_of(model: type[Model]) -> list[Field[Any, Any] | ManyToManyField[Any, Any]]:
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def rows_of(request_pk: int) -> Iterator[tuple[type[Model], QuerySet[Any]]]:
    """Everything that belongs to a request, model by model."""
    for model, treatment in TREATMENTS.items():
        yield model, model._default_manager.filter(**{treatment.request: request_pk})


def take_out_the_person(row: Model, **changes: Any) -> None:
    """Overwrites what is about the person, past every rule that its model has for changes."""
    treatment = TREATMENTS[type(row)]
    values = {name: _value(new, row) for name, new in treatment.erased.items()}
    many = {field.name for field in row._meta.many_to_many}
    for name in many & values.keys():
        getattr(row, name).set(values.pop(name))
    if values | changes:
        type(row)._default_manager.filter(pk=row.pk).update(**values, **changes)


def _value(new: Any | Callable[[Model], Any], row: Model) -> Any:
    return new(row) if callable(new) else new
