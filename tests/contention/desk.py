"""Whoever edits and publishes a page at the desk of a running server, as a browser does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from pages.models import LandingPage
from pages.publishing import publish
from tests.contention.crowd import Answer, Post, send
from tests.contention.site import Site

ADDRESS = "/version/"
TOKEN = "x" * 32
"""A CSRF cookie and what repeats it: any 32 letters, as long as both are the same."""


def a_page() -> int:
    """Runs where the server's database is. Returns the key of a page in its version 0."""
    page = LandingPage.objects.create(slug="version", title="A page", message="Version 0.")
    publish(page, by=None, at=timezone.now())
    return page.pk


@dataclass(frozen=True)
class Desk:
    site: Site
    page: int

    def edit(self, version: int) -> Answer:
        form = {"title": "A page", "message": f"Version {version}.", "slug": "version", "_continue": "1"}
        for prefix in ("steps", "sections", "painpoint_set", "scopepoint_set"):
            form |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
        return self._post("change", form)

    def publish(self) -> Answer:
        return self._post("publish", {})

    def _post(self, act: str, form: dict[str, str]) -> Answer:
        headers = {"Cookie": f"sessionid={self.site.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        return send(self.site.port, Post(f"/admin/pages/landingpage/{self.page}/{act}/", form, headers))
