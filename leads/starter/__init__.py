"""What a new site's booking opens with: its words, the hours in which calls are possible, and beginnings
for letters."""

from __future__ import annotations

from pathlib import Path

from leads.models import BookingPage, CallRules, ReplyTemplate, Resource, WeeklyHours
from pages.starter import read, save_checked

FOLDER = Path(__file__).parent


def load_booking_page(path: Path = FOLDER / "booking_page.toml") -> BookingPage | None:
    """None, when the site has words of its own."""
    if BookingPage.objects.exists():
        return None
    with read(path) as words:
        return save_checked(BookingPage(**words))


def load_hours(path: Path = FOLDER / "hours.toml") -> CallRules | None:
    """None, when the site has rules or hours of its own."""
    if CallRules.objects.exists() or WeeklyHours.objects.exists():
        return None
    with read(path) as content:
        for hours in content["hours"]:
            save_checked(WeeklyHours(**hours))
        return save_checked(CallRules(**content["rules"]))


def load_reply_templates(path: Path = FOLDER / "reply_templates.toml") -> list[ReplyTemplate]:
    """None, when the site has templates of its own."""
    if ReplyTemplate.objects.exists():
        return []
    with read(path) as content:
        for position, resource in enumerate(content["resources"], start=1):
            save_checked(Resource(position=position, **resource))
        rows = [ReplyTemplate(**template) for template in content["templates"]]
        for position, row in enumerate([*rows, ReplyTemplate.standard_not_now()], start=1):
            row.position, row.body = position, row.body.strip()
            save_checked(row)
        return rows
