"""Who acts now: on the desk, the person who is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest


@dataclass(frozen=True)
class Actor:
    """A person, or in a command nobody but a name for it."""

    user: User | None
    name: str
    request_id: str = ""

    @classmethod
    def of(cls, request: HttpRequest, user: User | AnonymousUser | None = None) -> Actor | None:
        """None when nobody is signed in."""
        user = user or request.user
        if not isinstance(user, User):
            return None
        return cls(user, user.get_username(), getattr(request, "request_id", ""))


_request: ContextVar[HttpRequest | None] = ContextVar("request of whoever acts", default=None)


@contextmanager
def acting(request: HttpRequest) -> Iterator[None]:
    """While it lasts, what changes is recorded as the doing of whoever sent the request."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def who_acts() -> Actor | None:
    """None where no member of staff acts: prospects, the worker, migrations."""
    request = _request.get()
    return Actor.of(request) if request else None
