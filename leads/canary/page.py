"""Reads the form on a page, and fills it in as a careful visitor does, who leaves alone what is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

from leads.canary.browser import Failed

BUTTONS = {"submit", "button", "image", "reset", "file"}


@dataclass
class Form:
    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    """What can be chosen, or stands there already, by the name of the field and in the page's order."""
    to_tick: dict[str, str] = field(default_factory=dict)
    """Boxes without which the form is not taken."""

    def filled_in(self, answers: Mapping[str, str]) -> dict[str, str]:
        """What a browser would send. Raises Failed when the form does not ask for one of the answers."""
        if missing := [name for name in answers if name not in self.fields]:
            raise Failed(f"The booking form does not ask for “{missing[0]}”.")
        chosen = {name: answers.get(name, values[0]) for name, values in self.fields.items()}
        return chosen | self.to_tick


def first_form(html: str) -> Form:
    """The first form on the page that is sent by POST. Raises Failed when there is none."""
    reader = _Reader()
    reader.feed(html)
    if reader.form is None:
        raise Failed("The booking page has no form.")
    return reader.form


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.is_inside = False
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and self.form is None and said.get("method", "").lower() == "post":
            self.form, self.is_inside = Form(said.get("action", "")), True
        if self.form and self.is_inside and "disabled" not in said:
            self._read(self.form, tag, said)

    def _read(self, form: Form, tag: str, said: dict[str, str]) -> None:
        name, kind = said.get("name", ""), said.get("type", "text").lower()
        match tag:
            case "input" if name and kind == "checkbox":
                if "required" in said:
                    form.to_tick[name] = said.get("value", "on")
            case "input" if name and kind not in BUTTONS:
                form.fields.setdefault(name, []).append(said.get("value", ""))
            case "textarea" if name:
                form.fields[name] = [""]
            case "select" if name:
                self.select = name
            case "option" if self.select:
                self._read_option(form.fields.setdefault(self.select, []), said)

    def _read_option(self, options: list[str], said: dict[str, str]) -> None:
        """The selected one first, as a browser would send it."""
        options.insert(0 if "selected" in said else len(options), said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_inside = False
        elif tag == "select":
            self.select = ""
