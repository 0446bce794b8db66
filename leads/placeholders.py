"""The words in braces that a reply template may hold, and what stands in their place in a letter.

A template is checked when it is saved, so that nobody meets a mistake in it while writing to somebody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

PLACEHOLDERS = {
    "first_name": "the prospect’s first name",
    "name": "the prospect’s whole name",
    "coach": "your name, as your pages give it",
    "call_time": "the day and time of the call, by the prospect’s clock",
    "call_page": "the address of the prospect’s own page",
    "booking_page": "the address of the booking form",
    "resource": "what you recommend in place of a call: only in a “not now” answer",
}

IN_SUBJECT = {"coach", "call_time"}
"""A subject holds no text of a visitor."""

BRACED = re.compile(r"\{([^{}\n]*)\}")


def in_braces(name: str) -> str:
    return f"{{{name}}}"


def listed(names: Collection[str]) -> str:
    """As in “{coach}, {call_time}”, in the order of the guide."""
    return ", ".join(in_braces(name) for name in PLACEHOLDERS if name in names)


def used_in(text: str) -> list[str]:
    """What stands in braces, known or not, each once and in the order of the text."""
    return list(dict.fromkeys(BRACED.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced; where its value is empty, no gap of several lines stays.

    What is no placeholder stays as it is: whoever writes sees it before the letter leaves.
    """
    filled = BRACED.sub(lambda found: values.get(found[1], found[0]), text)
    return re.sub(r"\n{3,}", "\n\n", filled).strip()
