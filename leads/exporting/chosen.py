"""Which rows an export is of: those that the list on the desk shows under the same address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from leads.exporting.sheets import SHEETS
from leads.models import CallRules, Export


def chosen(export: Export) -> QuerySet[Any]:
    """Asked of the list itself, so that its filters and its search mean here what they mean there.

    Raises PermissionDenied when whoever asked may take the list out no more.
    """
    user = export.by
    if not isinstance(user, User) or not user.has_perm(export.permission):
        raise PermissionDenied
    desk = admin.site.get_model_admin(SHEETS[export.subject].model)
    request = _as_if_looking(user, export.query)
    with timezone.override(CallRules.current().zone):
        rows: QuerySet[Any] = desk.get_changelist_instance(request).queryset
    return rows.filter(pk__in=export.keys) if export.keys else rows


def _as_if_looking(user: User, query: str) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(query)
    request.user = user
    return request
