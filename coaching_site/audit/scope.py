"""What is recorded, and how much of it is told.

Everything is, whatever app it comes with, except for the lists here. Three rules keep out what the record
must not hold, for it cannot be erased later: secrets, what prospects said, and mail addresses of people
outside.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from django.db import models

NOT_RECORDED = {
    "admin.logentry",
    "audit.change",
    "auth.permission",
    "contenttypes.contenttype",
    "sessions.session",
    "sign_in.cacheentry",
    # Told as events of signing in.
    "account.emailaddress",
    "account.emailconfirmation",
    "mfa.authenticator",
    # What follows from a change by itself.
    "leads.busytime",
    "leads.canary",
    "leads.dailycount",
    "leads.heldtime",
    "leads.ratecounter",
    "leads.retentionrun",
    "leads.timeoffer",
    "leads.webhookattempt",
    "leads.workersign",
    "pages.rendition",
    "pages.siteversion",
}

NEVER_TOLD = {
    # Whoever knows the address of a calendar can read it.
    "leads.busycalendar": {"url"},
    # Whoever knows where a webhook goes can often write there.
    "leads.webhookendpoint": {"url"},
    # They may look for a prospect by name, or say who is in them.
    "leads.export": {"filters", "keys", "problem", "query"},
    "leads.savedfilter": {"name", "query"},
    # A publication keeps its content itself, and is never changed.
    "pages.publication": {"content"},
    # Told as an event of signing in.
    "auth.user": {"password"},
}
"""Fields of which only the change is told, beside those that `SECRET` finds."""

SECRET = re.compile(r"password|secret|token|hash|digest|fingerprint|(^|_)key$")

OF_PROSPECTS = "leads.bookingrequest"
TOLD_OF_PROSPECTS = {"assigned_to", "booking", "kind", "next_action_on", "on_waiting_list", "outcome"}
TOLD_OF_PROSPECTS |= {"starts_at", "state", "status", "value"}
"""What staff decide about a request. All else in a row of a prospect is the prospect's."""

LONGEST = 10_000


def is_recorded(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy and model._meta.label_lower not in NOT_RECORDED


@cache
def is_of_prospects(model: type[models.Model]) -> bool:
    """Whether a row is a request, or hangs on one."""
    fields = [field for field in model._meta.concrete_fields if field.remote_field]
    related = {field.related_model._meta.label_lower for field in fields}  # type: ignore[union-attr]
    return OF_PROSPECTS in {model._meta.label_lower, *related}


def is_told(field: models.Field[Any, Any]) -> bool:
    """Whether the record holds the values of a field, and not only that it changed."""
    model = field.model
    if is_of_prospects(model):
        return field.name in TOLD_OF_PROSPECTS
    is_outside_address = isinstance(field, models.EmailField) and model._meta.app_label != "auth"
    is_secret = SECRET.search(field.name) or field.name in NEVER_TOLD.get(model._meta.label_lower, ())
    return not is_outside_address and not is_secret


def label_of(instance: models.Model) -> str:
    """How a row is called, unless that says something that is not told."""
    if is_of_prospects(type(instance)):
        return ""
    label = str(instance)
    kept_back = [field for field in instance._meta.concrete_fields if not is_told(field)]
    values = [str(field.value_from_object(instance) or "") for field in kept_back]
    return "" if any(value and value in label for value in values) else label[:200]
