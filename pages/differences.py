"""Two versions of a page side by side, in words: field by field, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Field
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pages.models import (
    Brand,
    LandingPage,
    Mentor,
    MentorStep,
    Offer,
    PainPoint,
    Picture,
    Question,
    ScopePoint,
    Section,
    StairStep,
    Statistic,
    Testimonial,
)

Content = dict[str, Any]
Place = tuple[str, ...]
Key = tuple[str | int, ...]

PARTS = {"page": "Page", "brand": "Brand", "steps": "Stair", "sections": "", "items": ""}
PARTS |= {"picture": "Picture", "sharing_picture": "Sharing picture"}
"""How the parts of the content are called. Empty: their rows speak for themselves."""

NOT_COMPARED = {"id", "position", "is_shared", "url", "ending", "width", "height"}
"""What no reader sees, or sees in another field. A change of order is told by itself."""

NAMES = ["heading", "title", "question", "figure", "name", "label", "text"]
"""The fields by which a row is called, the best first."""

MODELS = [Brand, LandingPage, StairStep, Section, PainPoint, ScopePoint, Mentor, MentorStep, Offer]
MODELS += [Testimonial, Statistic, Question, Picture]
LABELS = {
    each.name: str(each.verbose_name)
    for model in MODELS
    for each in model._meta.get_fields()
    if isinstance(each, Field)
}
LONGEST_NAME = 60


@dataclass(frozen=True)
class Difference:
    """One field of one place, before and after."""

    place: str
    field: str
    before: str
    after: str

    @property
    def before_marked(self) -> SafeString:
        return _marked(_words(self.before), _words(self.after), tag="del")

    @property
    def after_marked(self) -> SafeString:
        return _marked(_words(self.after), _words(self.before), tag="ins")


def differences(before: Content, after: Content) -> list[Difference]:
    """In the order of the page as it is after; what is no longer there comes last."""
    old, new = dict(_entries(before)), dict(_entries(after))
    found = (
        _difference(old.get(key), new.get(key)) for key in [*new, *(key for key in old if key not in new)]
    )
    return [difference for difference in found if difference]


@dataclass(frozen=True)
class _Entry:
    """A text, or the order of some rows, with the names to tell of it."""

    place: Place
    field: str
    value: str | dict[int, str]


def _difference(old: _Entry | None, new: _Entry | None) -> Difference | None:
    entry = new or old
    before, after = _texts(old.value if old else "", new.value if new else "")
    if entry is None or before == after:
        return None
    return Difference(" › ".join(entry.place), entry.field, before, after)


def _texts(old: str | dict[int, str], new: str | dict[int, str]) -> tuple[str, str]:
    """Of two orders, only what happened to the rows that both have: the others are told as new or gone."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, after = [key for key in old if key in new], [key for key in new if key in old]
        return ("", "") if before == after else (_lines(new, before), _lines(new, after))
    return (old if isinstance(old, str) else ""), (new if isinstance(new, str) else "")


def _lines(names: dict[int, str], keys: list[int]) -> str:
    return "\n".join(names[key] for key in keys)


def _entries(node: Content, key: Key = (), place: Place = ()) -> Iterator[tuple[Key, _Entry]]:
    """Every text of the content, under a key that stays the same when rows change their order."""
    for name, value in node.items():
        here = (*place, PARTS[name]) if PARTS.get(name) else place
        match value:
            case dict():
                yield from _entries(value, (*key, name), here)
            case list():
                yield from _row_entries(value, (*key, name), here)
            case _ if name not in NOT_COMPARED:
                yield (*key, name), _Entry(place, LABELS.get(name, name.replace("_", " ")), _text(value))


def _row_entries(rows: list[Content], key: Key, place: Place) -> Iterator[tuple[Key, _Entry]]:
    yield (*key, "order"), _Entry(place or ("Page",), "order", {row["id"]: _name(row) for row in rows})
    for row in rows:
        yield from _entries(row, (*key, row["id"]), (*place, _name(row)))


def _name(row: Content) -> str:
    name = next((str(row[field]) for field in NAMES if row.get(field)), "without words")
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME].rstrip()}…"


def _text(value: Any) -> str:
    """A mark that is not set reads like a field that was not there yet, and a line ends as it ends here."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "").replace("\r\n", "\n").strip()


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)


def _marked(words: list[str], others: list[str], *, tag: str) -> SafeString:
    """The words, with those that the other text has not set into elements."""
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_opcodes()
    return format_html_join(
        "",
        "{}",
        (
            (_part("".join(words[start:end]), is_same=kind == "equal", tag=tag),)
            for kind, start, end, _, _ in blocks
            if start < end
        ),
    )


def _part(text: str, *, is_same: bool, tag: str) -> SafeString:
    return format_html("{}", text) if is_same else format_html(f"<{tag}>{{}}</{tag}>", text)
