"""The verbs for several requests at once."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from leads.admin.verbs import MOVES, Verb, staff_of
from leads.models import BookingRequest, Stale

logger = logging.getLogger(__name__)


def action_of(verb: Verb) -> Any:
    @admin.action(permissions=["change"], description=verb.label)
    def act(model_admin: Any, request: HttpRequest, bookings: QuerySet[BookingRequest]) -> None:
        skipped = [said for booking in bookings if (said := _attempt(verb, booking, request))]
        changed = len(bookings) - len(skipped)
        if changed:
            messages.success(request, f"{_requests(changed)}: {verb.done}")
        if skipped:
            messages.warning(request, f"Skipped {_requests(len(skipped))}. {' '.join(skipped)}")

    act.__name__ = verb.name
    return act


def _attempt(verb: Verb, booking: BookingRequest, request: HttpRequest) -> str:
    """Why the request was skipped; empty when it was changed. One bad row does not stop the rest."""
    try:
        verb.act(booking, by=staff_of(request), at=timezone.now())
    except Stale as stale:
        return f"{booking.name}: {stale}"
    except Exception:
        logger.exception("%s of booking request %s", verb.name, booking.pk)
        return f"{booking.name}: this went wrong, and nothing was changed. The log says more."
    return ""


def _requests(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"


ACTIONS = [action_of(verb) for verb in MOVES]
