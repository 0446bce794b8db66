"""Whether whoever is signed in has shown a second factor in this very session.

On https the desk opens only then. It is not enough that the account has one: a session that began with a
stolen password must not gain by what the owner adds in another.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

MARK = "second_factor"
"""In a session: the key of the account whose second factor was shown."""

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
"""Recovery codes only stand in for one of these."""


def is_required() -> bool:
    return bool(settings.HTTPS)


def is_shown(request: HttpRequest) -> bool:
    return bool(request.session.get(MARK) == request.user.pk)


def has_one(user: User | AnonymousUser) -> bool:
    return bool(Authenticator.objects.filter(user=user.pk, type__in=FACTORS).exists())


def suffices(request: HttpRequest) -> bool:
    """Whether the desk may open, as far as the second factor goes."""
    return not is_required() or is_shown(request)


def take_away(user: User) -> int:
    """Removes all second factors of somebody who lost them, and ends their sessions. Returns how many."""
    count: int = Authenticator.objects.filter(user=user).delete()[0]
    end_sessions(user)
    return count


def end_sessions(user: User, *, but: str | None = None) -> None:
    """Only staff have sessions, so there are few to look through."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but):
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


@receiver(authenticator_used)
def _mark(request: HttpRequest, user: User, **kwargs: Any) -> None:
    request.session[MARK] = user.pk


@receiver(authenticator_added)
def _mark_the_first(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever adds one has confirmed who they are. Sessions from before it are not to outlive it."""
    if authenticator.type in FACTORS:
        if not is_shown(request):
            end_sessions(user, but=request.session.session_key)
        request.session[MARK] = user.pk


@receiver(authenticator_removed)
def _unmark(request: HttpRequest, user: User, **kwargs: Any) -> None:
    if not has_one(user):
        request.session.pop(MARK, None)
