"""What a new owner does first. Each step vanishes once it is done, and the list with the last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User

from leads.desk_links import changelist
from leads.models import BookingPage, WeeklyHours

MAIL_STAYS_HERE = {"coaching_site.mail.FileBackend", "django.core.mail.backends.console.EmailBackend"}


@dataclass(frozen=True)
class Step:
    sentence: str
    url: str = ""
    """Where it is done; empty: in the environment of the site."""


def first_steps(user: User | AnonymousUser) -> list[Step]:
    """Those that are left for the owner, who alone can take all of them."""
    return [*_steps_left()] if user.is_superuser else []


def _steps_left() -> Iterator[Step]:
    if not WeeklyHours.objects.exists():
        yield Step("Say in which hours of the week calls are possible.", changelist("weeklyhours"))
    if not BookingPage.current().how_to_join:
        yield Step(
            "Say how to join the call. Until then no prospect is told, not even when you confirm.",
            changelist("bookingpage"),
        )
    if urlsplit(settings.SITE_URL).hostname in settings.LOOPBACK:
        yield Step(f"Set SITE_URL to the public address. Links in mails lead to {settings.SITE_URL}.")
    if settings.EMAIL_BACKEND in MAIL_STAYS_HERE:
        yield Step("Set EMAIL_URL to a mail server. Until then mails stay on this machine.")
    if settings.STAFF_EMAIL.endswith("@localhost"):
        yield Step("Set STAFF_EMAIL to the address that is told of new requests.")
