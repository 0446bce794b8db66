"""All that is kept about a person, as one file for them (GDPR, Articles 15 and 20).

`docs/privacy.md` documents its form. It holds every field but those that would open a door, so that a new
field is in it by itself. Notes of staff about the person are about the person, and therefore in it; who of
the staff wrote them is not.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Field, ManyToManyField, Model
from django.utils.text import slugify

from leads.models import BookingRequest, ConsentWording
from leads.models.export import FILE_LIVES
from leads.privacy.person import Person
from leads.privacy.treatment import TREATMENTS, fields_of, rows_of

FORM = 1
"""Raised when a program that reads the file would have to change."""


def as_file(person: Person, *, at: datetime) -> dict[str, Any]:
    """Ready for JSON. Every instant is in UTC and written by ISO 8601."""
    return {
        "form": FORM,
        "site": settings.SITE_URL,
        "address": person.address,
        "made_at": _plain(at),
        "requests": [_request(booking) for booking in person.requests],
        "other_messages": [_fields(message) for message in person.other_messages],
        "exports": {
            "note": "Staff took out lists that may have held these requests. The site deletes its own file "
            f"{FILE_LIVES.total_seconds() / 3600:.0f} hours later.",
            "made_at": [_plain(export.created_at) for export in person.exports],
        },
        "erased_before": [_plain(moment) for moment in person.erased_before],
        "not_in_this_file": "Logs of the web server may hold the network address of a visit; they hold no "
        "answers of the form.",
    }


def _request(booking: BookingRequest) -> dict[str, Any]:
    told: dict[str, Any] = {"submission": _fields(booking), "consents": _consents(booking)}
    for model, rows in rows_of(booking.pk):
        if model is not BookingRequest:
            told[_key(model)] = [_fields(row) for row in rows]
    return told


def _consents(booking: BookingRequest) -> list[dict[str, Any]]:
    notice = ConsentWording.in_use(ConsentWording.Kind.PRIVACY_NOTICE, at=booking.created_at)
    wordings = [
        ("consent", booking.consent),
        ("mail_consent", booking.mail_consent),
        ("privacy_notice_shown", notice),
    ]
    return [
        {"kind": kind, "wording": wording, "at": _plain(booking.created_at)}
        for kind, wording in wordings
        if wording
    ]


def _key(model: type[Model]) -> str:
    """Like `booking_events`."""
    return slugify(str(model._meta.verbose_name_plural)).replace("-", "_")


def _fields(row: Model) -> dict[str, Any]:
    treatment = TREATMENTS[type(row)]
    way = treatment.request.partition("__")[0]
    return {
        field.name: _read(row, field)
        for field in fields_of(type(row))
        if field.name not in treatment.secret and field.name != way
    }


def _read(row: Model, field: Field[Any, Any] | ManyToManyField[Any, Any]) -> Any:
    if isinstance(field, ManyToManyField):
        return [str(each) for each in getattr(row, field.name).all()]
    if field.remote_field and field.remote_field.model is User:
        return "a member of staff" if getattr(row, field.attname) else None
    if field.remote_field:
        other = getattr(row, field.name)
        return None if other is None else str(other)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    return _plain(getattr(row, field.attname))


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case None | bool() | int() | float() | str() | list() | dict():
            return value
    return str(value)
