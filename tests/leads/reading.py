"""Reads what a page says, as a visitor or a browser would."""

from __future__ import annotations

import html
import re
from typing import Any, NamedTuple

CHOICE = re.compile(
    r'<label (?:class="shut[^"]*")?>\s*<input type="radio"\s+name="starts_at"\s+value="([^"]+)"([^>]*)>'
    r"<span><time[^>]*>([^<]+)</time>(?: <small>([^<]+)</small>)?"
)
DAY = re.compile(r"<legend><b>(\w+)</b> <span>([^<]+)</span></legend>(.*?)</fieldset>", re.DOTALL)


class Choice(NamedTuple):
    """A time of the form as it is shown."""

    value: str
    clock: str
    note: str
    can_be_chosen: bool
    is_chosen: bool


def page_of(response: Any) -> str:
    return str(response.content.decode())


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: list(map(str, errors)) for name, errors in response.context["form"].errors.items()}


def title_of(response: Any) -> str:
    return html.unescape(page_of(response).partition("<title>")[2].partition("</title>")[0])


def alert_of(response: Any) -> str:
    """What a page says first of all, when something could not be done."""
    return html.unescape(page_of(response).partition('role="alert">')[2].partition("</")[0])


def choices_on(page: str) -> list[Choice]:
    return [
        Choice(
            value,
            html.unescape(clock),
            note,
            can_be_chosen="disabled" not in attributes,
            is_chosen="checked" in attributes,
        )
        for value, attributes, clock, note in CHOICE.findall(page)
    ]


def notes_on(page: str) -> dict[str, str]:
    """The times about which the form says a word."""
    return {choice.value: choice.note for choice in choices_on(page) if choice.note}


def days_on(page: str) -> dict[str, list[str]]:
    """The clocks under each day."""
    return {
        f"{weekday} {date}": [choice.clock for choice in choices_on(times)]
        for weekday, date, times in DAY.findall(page)
    }
