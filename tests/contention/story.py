"""What happens in the run's database itself: what a round starts from, and what came of it.

Each function runs in a process of `tests.contention.database`. Instants travel as the form sends them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from leads import waiting_list
from leads.models import (
    BookingEvent,
    BookingPage,
    BookingRequest,
    CallRules,
    Message,
    TimeOffer,
    WeeklyHours,
)
from leads.models.status import LIVE
from leads.open_times import open_times
from leads.time_choices import as_value, from_value
from tests.leads.factories import submitted

FAR_AHEAD = timedelta(days=100)
"""Beyond the horizon: calls there leave every open time open."""


@dataclass(frozen=True)
class Holder:
    """A live request that has a time."""

    name: str
    cells: int
    """How much of that time is its own by the word of the database."""


def prepare() -> str:
    """A migrated site with hours in which calls are possible. Returns the session of a member of staff."""
    call_command("migrate", interactive=False, verbosity=0)
    _name_static_files()
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="12:00")
    CallRules(gap_minutes=0, calls_a_day=96, calls_a_week=672).save()
    BookingPage(requests_a_day=0).save()
    return signed_in(User.objects.create_superuser("owner", "owner@example.com"))


def forget_all() -> None:
    """An empty calendar for the next round."""
    BookingRequest.objects.all().delete()


def open_times_now() -> list[str]:
    return [as_value(start) for start in open_times(timezone.now()).starts]


def an_open_time() -> str:
    return open_times_now()[5]


def holders(value: str) -> list[Holder]:
    """The live requests whose time is this one or overlaps it."""
    begins, ends = _span(value)
    overlapping = BookingRequest.objects.filter(status__in=LIVE, starts_at__lt=ends, ends_at__gt=begins)
    return [
        Holder(booking.name, booking.held_times.filter(starts_at__gte=begins, starts_at__lt=ends).count())
        for booking in overlapping
    ]


def an_unanswered_request() -> tuple[int, str]:
    """Its key and its token."""
    forget_all()
    booking = submitted(starts_at=open_times(timezone.now()).starts[5])
    return booking.pk, booking.token


def what_became_of(token: str) -> dict[str, int]:
    """How often each thing happened to a request, and each mail was queued."""
    events = BookingEvent.objects.filter(booking__token=token).values_list("kind", flat=True)
    mails = Message.objects.filter(booking__token=token).values_list("kind", flat=True)
    return dict(Counter([f"event {kind}" for kind in events] + [f"mail {kind}" for kind in mails]))


def calls_elsewhere(count: int) -> dict[str, str]:
    """As many calls, each with a time of its own. Returns their tokens and times."""
    forget_all()
    first = open_times(timezone.now()).starts[0] + FAR_AHEAD
    calls = [
        submitted(name=_numbered(n), starts_at=first + n * timedelta(minutes=30), wished_time="")
        for n in range(count)
    ]
    return {call.token: as_value(_start_of(call)) for call in calls}


def times_of_calls() -> dict[str, str]:
    return {call.token: as_value(_start_of(call)) for call in BookingRequest.objects.all()}


def a_time_on_offer() -> tuple[str, str]:
    """Somebody on the waiting list, for whom a time is kept. Returns their token and the time."""
    forget_all()
    first_in_line = submitted(name="First in line", on_waiting_list=True)
    waiting_list.advance(timezone.now())
    offer = TimeOffer.objects.open().get(booking=first_in_line)
    return first_in_line.token, as_value(offer.starts_at)


def take_the_constraint_away() -> None:
    """The control: the same table, but two rows may have the same key."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE leads_heldtime DROP CONSTRAINT leads_heldtime_pkey")
        else:
            cursor.execute("DROP TABLE leads_heldtime")
            cursor.execute("CREATE TABLE leads_heldtime (starts_at datetime NOT NULL, booking_id bigint)")


def _name_static_files() -> None:
    """As in production, but not compressed: nobody asks for them here."""
    named = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": named}):
        call_command("collectstatic", interactive=False, verbosity=0)


def _numbered(number: int) -> str:
    return f"Prospect {number:03}"


def _span(value: str) -> tuple[datetime, datetime]:
    begins = from_value(value)
    assert begins
    return begins, begins + CallRules.current().length


def _start_of(call: BookingRequest) -> datetime:
    assert call.starts_at
    return call.starts_at


def signed_in(user: User) -> str:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
