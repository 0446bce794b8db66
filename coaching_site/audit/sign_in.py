"""Records who signed in and out, who failed to, and what became of their second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from coaching_site.audit.acting import Actor
from coaching_site.audit.models import Change
from coaching_site.audit.recording import Values, record


def record_sign_in_event(act: Change.Act, request: HttpRequest | None, user: User, how: str = "") -> None:
    """`how` is a word for the way, such as the kind of second factor."""
    request_id = getattr(request, "request_id", "")
    values: Values = {"how": ["", how]} if how else {}
    by = Actor(user, user.get_username(), request_id)
    record(act, by, User, user.pk, label=user.get_username(), values=values)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.SIGNED_IN, request, user)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user:
        record_sign_in_event(Change.Act.SIGNED_OUT, request, user)


@receiver(user_login_failed)
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Only of accounts that exist: what else is typed there may be a password in the wrong field."""
    if user := User.objects.filter(username=credentials.get("username", "")).first():
        record_sign_in_event(Change.Act.NOT_SIGNED_IN, request, user, how="password")


@receiver(password_changed)
def _password_changed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.PASSWORD_CHANGED, request, user)


@receiver(factors.authentication_failed)
def _second_factor_failed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.NOT_SIGNED_IN, request, user, how="second factor")


@receiver(factors.authenticator_added)
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.FACTOR_ADDED, request, user, how=_how(authenticator))


@receiver(factors.authenticator_removed)
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.FACTOR_REMOVED, request, user, how=_how(authenticator))


@receiver(factors.authenticator_reset)
def _renewed(request: HttpRequest, user: User, **kwargs: Any) -> None:
    record_sign_in_event(Change.Act.CODES_RENEWED, request, user)


def _how(authenticator: Authenticator) -> str:
    ways = {"totp": "app with codes", "webauthn": "passkey", "recovery_codes": "recovery codes"}
    return ways[authenticator.type]
