"""A site with something behind each of its doors, asked as a server asks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.test import Client
from django.utils import timezone
from model_bakery import baker

import coaching_site.wsgi
from coaching_site.sign_in.second_factor import MARK
from leads.models import BookingRequest, CalendarFeed, CallRules, WeeklyHours
from pages import memory
from pages.delivery.front import DeliveryFront
from pages.models import LandingPage
from pages.preview import preview_url
from pages.starter import load_pages
from tests.leads.factories import submitted
from tests.wsgi import Reply, send

HOST = "127.0.0.1:8000"

NEEDED: dict[str, Any] = {"Picture": {"is_decoration": True}, "Resource": {"address": "/guide/"}}
"""What a row needs beside its required fields."""

AWAY = re.compile(r"logout|password_change|login|jsi18n|/sign-in/|/history/$")
"""Pages that would end the session in which the others are read, or that no hostile colleague has."""


PARTS = ["host", "scheme", "query", "body", "content_type", "claims"]


@dataclass(frozen=True)
class Form:
    """A form of the desk as a browser would send it, untouched."""

    action: str
    values: list[tuple[str, str]]


@dataclass
class World:
    booking: BookingRequest
    client: Client
    """Signed in as the owner, with a second factor."""
    public: list[str]
    """A path for each door that is open to everybody."""
    _desk: list[str] = field(default_factory=list)

    @property
    def cookies(self) -> str:
        return "; ".join(f"{name}={crumb.value}" for name, crumb in self.client.cookies.items())

    @property
    def csrf_token(self) -> str:
        return self.client.cookies["csrftoken"].value

    @cached_property
    def desk(self) -> list[str]:
        """Every page of the desk that can be read, of a row that is there."""
        paths = ["/admin/"]
        for model in admin.site._registry:
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            row = model._default_manager.first() or baker.make(model, **NEEDED.get(model.__name__, {}))
            paths += [url, *(f"{url}{end}" for end in ("add/", *(f"{row.pk}/{act}/" for act in ACTS)))]
            patterns = (str(path.pattern) for path in admin.site._registry[model].get_urls())
            paths += [url + re.sub("<[^>]+>", str(row.pk), one) for one in patterns if "^" not in one]
        return [path for path in dict.fromkeys(paths) if "<" not in path and "(?P" not in path]

    @cached_property
    def forms(self) -> list[Form]:
        pages = {path: self.client.get(path) for path in self.desk if not AWAY.search(path)}
        found = [
            form
            for path, page in pages.items()
            if page.status_code == 200 and page["Content-Type"].startswith("text/html")
            for form in forms_in(page.content.decode(), at=path)
        ]
        return [form for form in found if not AWAY.search(form.action)]


ACTS = ["change", "delete", "history"]


def built(*, host: str = HOST, scheme: str = "http") -> World:
    """Needs an empty database, and gives every door something to show."""
    load_pages()
    for weekday in WeeklyHours.Weekday.values:
        WeeklyHours.objects.create(weekday=weekday, begins="09:00", ends="17:00")
    CallRules(calls_a_day=96, calls_a_week=672).save()
    now = timezone.now()
    tomorrow = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    owner = User.objects.create_superuser("owner", "owner@example.com", "correct horse battery")
    booking = submitted(starts_at=tomorrow)
    booking.confirm(by=owner, at=now)
    feed = CalendarFeed.open("A phone", at=now)
    page = LandingPage.objects.get(is_home=True)
    own = booking.get_absolute_url()
    public = [
        *("/", f"/{page.slug}/", "/privacy/", "/no-such-page/", "/book/", "/robots.txt", "/sitemap.xml"),
        *("/livez", "/readyz", "/count/", f"/count/{page.slug}.gif", f"/share/{page.slug}-0123456789ab.png"),
        *(own, f"{own}move/", f"{own}cancel/", f"{own}take/", f"{own}call.ics", "/calls/nobodys/"),
        *(feed.get_absolute_url(), "/calendar/nobodys.ics", urlsplit(preview_url(page, at=now)).path),
        *("/preview/forged/", "/media/pictures/x.jpg", "/static/css/base.css", "/static/nothing.css"),
        *("/admin/login/", "/admin/login/passkey/", "/admin/login/code/", "/admin/"),
    ]
    client = signed_in(owner, host=host, scheme=scheme)
    return World(booking, client, public)


def signed_in(user: User, *, host: str, scheme: str) -> Client:
    client = Client(headers={"Host": host})
    client.force_login(user)
    session = client.session
    session[MARK] = user.pk
    session.save()
    client.get("/admin/password_change/", secure=scheme == "https")  # which gives it the cookie of a form
    return client


def asked(path: str, method: str = "GET", **more: Any) -> Reply:
    """Through everything that stands before Django, with nothing stored from an earlier time."""
    coaching_site.wsgi.front = DeliveryFront(WSGIHandler())
    return asked_next(path, method, **more)


def asked_next(path: str = "/", method: str = "GET", **more: Any) -> Reply:
    """By the next visitor of the same process. What is no part of a request as such is a header of it."""
    parts = {name: more.pop(name) for name in PARTS if name in more}
    return send(coaching_site.wsgi.application, path, method, **({"host": HOST} | parts), headers=more)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    memory.forget_all()


# --- Forms of a page


def forms_in(html: str, *, at: str) -> list[Form]:
    reader = _FormReader(at)
    reader.feed(html)
    return reader.forms


class _FormReader(HTMLParser):
    """Reads what a browser would send: the forms that post, and the values that their controls begin with."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.forms: list[Form] = []
        self.values: list[tuple[str, str]] | None = None
        self.select: str | None = None
        self.area: list[str] | None = None
        self.name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        match tag:
            case "form" if told.get("method", "get").lower() == "post":
                self.values = []
                self.forms.append(Form(urljoin(self.at, told.get("action", "")).split("#")[0], self.values))
            case "input" if _is_sent(told):
                self._add(told["name"], told.get("value", ""))
            case "select":
                self.select = told.get("name")
            case "option" if self.select and "selected" in told:
                self._add(self.select, told.get("value", ""))
            case "textarea":
                self.name, self.area = told.get("name", ""), []

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.append(data)

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self.values = None
            case "select":
                self.select = None
            case "textarea" if self.area is not None:
                self._add(self.name, "".join(self.area))
                self.area = None

    def _add(self, name: str, value: str) -> None:
        if self.values is not None and name:
            self.values.append((name, value))


def _is_sent(told: dict[str, str]) -> bool:
    kind = told.get("type", "text")
    is_chosen = kind not in {"checkbox", "radio"} or "checked" in told
    return bool(told.get("name")) and is_chosen and kind not in {"file", "submit", "button", "image"}
