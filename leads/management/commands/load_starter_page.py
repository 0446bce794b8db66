"""Loads the starter page, what all pages share, the legal pages, the booking page with its hours, and
beginnings for letters.

It is for an empty site and safe to repeat: once there is a brand or a page, it changes nothing, so that
what staff edited, renamed or deleted stays that way. An interrupted load leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from leads.starter import load_booking_page, load_hours, load_reply_templates
from pages.models import LandingPage
from pages.starter import BrokenFile, load_pages


class Command(BaseCommand):
    help = "Loads the starter page into an empty site; leaves any other site as it is."

    def handle(self, **options: Any) -> None:
        try:
            with transaction.atomic():
                lines = _load()
        except BrokenFile as error:
            raise CommandError(str(error)) from error
        for line in lines:
            self.stdout.write(line)


def _load() -> list[str]:
    """Loads what an empty site lacks. Returns what became of each thing, a line each."""
    pages = load_pages()
    if not pages:
        kept = [f"Kept {_named(page)}." for page in LandingPage.objects.all()]
        return [*kept, "Nothing was loaded: this site has content of its own."]
    return [
        "Loaded the brand and what every page shares.",
        *(f"Loaded {_named(page)}." for page in pages),
        f"{_loaded_or_kept(load_booking_page())} the words of the booking page.",
        f"{_loaded_or_kept(load_hours())} the hours in which calls are possible.",
        f"{_loaded_or_kept(load_reply_templates())} the templates of letters.",
    ]


def _loaded_or_kept(row: object) -> str:
    return "Loaded" if row else "Kept"


def _named(page: LandingPage) -> str:
    return f"{page.get_absolute_url()} ({page.title})"
