"""The verbs for several requests at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from leads.admin.follow_up import MOST_TAGS, AssignForm, FollowUpForm, PlanForm, TagForm, UntagForm
from leads.admin.verbs import MOVES, NOT_NOW, Verb, staff_of
from leads.models import BookingRequest, Stale, Tag

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 500
"""Each request is changed in a transaction of its own, within one answer to the browser."""
NAMES_SHOWN = 10

Act = Callable[[BookingRequest], None]
Action = Callable[[Any, HttpRequest, QuerySet[BookingRequest]], HttpResponse | None]


def action_of(verb: Verb) -> Any:
    @admin.action(permissions=["change"], description=verb.label)
    @_few_enough
    def act(model_admin: Any, request: HttpRequest, bookings: QuerySet[BookingRequest]) -> None:
        now, user = timezone.now(), staff_of(request)
        _carry_out(request, bookings, lambda booking: verb.act(booking, by=user, at=now), verb.done)

    act.__name__ = verb.name
    return act


def action_with_form(name: str, label: str, button: str, form_class: type[FollowUpForm]) -> Any:
    """Asks on a page of its own first, and says there about which requests."""

    @admin.action(permissions=["change"], description=f"{label}…")
    @_few_enough
    def act(
        model_admin: Any, request: HttpRequest, bookings: QuerySet[BookingRequest]
    ) -> HttpResponse | None:
        form = form_class(request.POST if "apply" in request.POST else None)
        if form.is_bound and form.is_valid():
            now, user = timezone.now(), staff_of(request)
            _carry_out(request, bookings, lambda booking: form.apply(booking, by=user, at=now), form.done)
            return None
        context = {
            **model_admin.admin_site.each_context(request),
            "opts": model_admin.opts,
            "title": label,
            "button": button,
            "form": form,
            "action": name,
            "pks": [booking.pk for booking in bookings],
            "names": [booking.name for booking in bookings[:NAMES_SHOWN]],
            "others": max(0, len(bookings) - NAMES_SHOWN),
            "known_tags": Tag.objects.all()[:MOST_TAGS],
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/leads/bookingrequest/bulk.html", context, status=status)

    act.__name__ = name
    return act


def _few_enough(action: Action) -> Action:
    @wraps(action)
    def few_enough(
        model_admin: Any, request: HttpRequest, bookings: QuerySet[BookingRequest]
    ) -> HttpResponse | None:
        if bookings.order_by()[: MOST_AT_ONCE + 1].count() > MOST_AT_ONCE:
            messages.error(request, f"Select at most {MOST_AT_ONCE} requests at once. Nothing was changed.")
            return None
        return action(model_admin, request, bookings)

    return few_enough


def _carry_out(request: HttpRequest, bookings: QuerySet[BookingRequest], act: Act, done: str) -> None:
    skipped = [said for booking in bookings if (said := _attempt(act, booking))]
    changed = len(bookings) - len(skipped)
    if changed:
        messages.success(request, f"{_requests(changed)}: {done}")
    if skipped:
        messages.warning(request, f"Skipped {_requests(len(skipped))}. {' '.join(skipped)}")


def _attempt(act: Act, booking: BookingRequest) -> str:
    """Why the request was skipped; empty when it was changed. One bad row does not stop the rest."""
    try:
        act(booking)
    except Stale as stale:
        return f"{booking.name}: {stale}"
    except Exception:
        logger.exception("A verb for several requests, at booking request %s", booking.pk)
        return f"{booking.name}: this went wrong, and nothing was changed. The log says more."
    return ""


def _requests(count: int) -> str:
    return f"{count} request{'' if count == 1 else 's'}"


ACTIONS = [
    *[action_of(verb) for verb in [*MOVES, NOT_NOW]],
    action_with_form("assign", "Assign", "Assign them", AssignForm),
    action_with_form("plan", "Plan the next action", "Plan it for them", PlanForm),
    action_with_form("tag", "Add tags", "Add the tags", TagForm),
    action_with_form("untag", "Take tags away", "Take the tags away", UntagForm),
]
