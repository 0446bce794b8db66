"""Erases a person everywhere, on request: the person goes, the counts stay."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote_plus

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from leads.exporting.making import delete_file
from leads.models import BookingRequest, Erasure, Export, Message, SavedFilter
from leads.models.erasing import ERASED
from leads.privacy import register
from leads.privacy.person import Person
from leads.privacy.treatment import rows_of, take_out_the_person
from leads.turn import calendar_turn


class NotErased(Exception):
    """Why a person is not erased now, as a sentence."""


def why_not(person: Person, *, at: datetime, cancelling: bool) -> str:
    """What stands in the way; empty: nothing."""
    if not person:
        return f"Nothing is kept about {person.address}."
    if person.is_the_site:
        return "This is the address to which the site’s own mail goes. Change STAFF_EMAIL first."
    if not cancelling and (count := len(person.open_requests(at))):
        are = "1 request is" if count == 1 else f"{count} requests are"
        return f"{are} still open: answer it, or let it be cancelled together with the erasure."
    return ""


def erase(person: Person, *, by: User | None, at: datetime, cancelling: bool = False) -> Erasure:
    """All or nothing. With `cancelling`, open requests are called off first; no mail is sent about it.

    Raises NotErased.
    """
    with calendar_turn():
        if reason := why_not(person, at=at, cancelling=cancelling):
            raise NotErased(reason)
        erasure = Erasure.objects.create(
            at=at,
            by=by,
            digest=register.digest_of(person.address),
            key=register.key_in_use(),
            requests=len(person.requests),
            messages=Message.objects.filter(booking__in=person.requests).count() + len(person.other_messages),
        )
        _forget_searches(person)
        for booking in person.requests:
            booking.erase(by=by, at=at)
        for message in person.other_messages:
            take_out_the_person(message)
        transaction.on_commit(register.write_missing)
    return erasure


def take_out_of(booking: BookingRequest, *, at: datetime) -> None:
    """Overwrites the person in a request and in all that belongs to it. Call it in a calendar turn."""
    for model, rows in rows_of(booking.pk):
        for row in rows:
            changes = {"erased_at": at} if model is BookingRequest else {}
            take_out_the_person(row, **changes)
    # What Django's admin noted of it begins with the name.
    LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(BookingRequest), object_id=str(booking.pk)
    ).update(object_repr=ERASED, change_message="")


def _forget_searches(person: Person) -> None:
    """Files that wait to be fetched may hold the person, and so may the words of a search."""
    for export in Export.objects.with_file():
        delete_file(export)
    # Half-made files are begun anew, without the person; their maker notices.
    Export.objects.filter(state=Export.State.RUNNING, format=Export.Format.XLSX).update(
        state=Export.State.WAITING
    )
    names = {person.address, *(booking.email for booking in person.requests)}
    names |= {booking.name for booking in person.requests}
    searched, saved = Q(), Q()
    for name in names:
        searched |= Q(filters__icontains=name)
        saved |= Q(query__icontains=quote_plus(name)) | Q(name__icontains=name)
    Export.objects.filter(searched).update(filters=f"{ERASED}: a search for this person", query="")
    SavedFilter.objects.filter(saved).delete()
