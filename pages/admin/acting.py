"""What the publishing pages of the desk have in common: who acts, when, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from pages.models.publication import NotPublishable

TO_PUBLISH, TO_WITHDRAW = "pages.add_publication", "pages.delete_publication"


def staff_of(request: HttpRequest, *, permission: str = TO_PUBLISH) -> User:
    """Whoever acts, if they may. The desk lets nobody in who has not signed in."""
    if not isinstance(request.user, User) or not request.user.has_perm(permission):
        raise PermissionDenied
    return request.user


def attempt(request: HttpRequest, act: Callable[[], Any], *, done: str) -> None:
    """Acts, and says what came of it."""
    try:
        act()
    except NotPublishable as refusal:
        for sentence in ("Nothing was changed on the site.", *refusal.sentences):
            messages.error(request, sentence)
    else:
        messages.success(request, done)


def told(moment: datetime) -> str:
    """By the clock of the desk, which names its zone."""
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
