"""What a claim must rest on before the site may make it.

Read from frozen content, so that nothing can be published around it: what is checked is what readers
would see. Drafts may still lack a basis.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

CLAIM_AGE = timedelta(days=180)
"""How long a claim may stand before somebody should look at it again."""

Content = dict[str, Any]


def unfounded_claims(content: Content) -> list[str]:
    """A sentence for each claim without its basis, naming the claim and what it lacks."""
    answers = {question["anchor"] for question in _items(content, "questions")}
    return [
        *(sentence for row in _items(content, "statistics") for sentence in _of_statistic(row, answers)),
        *(sentence for row in _items(content, "testimonials") for sentence in _of_testimonial(row)),
    ]


def _items(content: Content, kind: str) -> Iterator[Content]:
    for section in content["sections"]:
        if section["kind"] == kind:
            yield from section["items"]


def _of_statistic(row: Content, answers: set[str]) -> Iterator[str]:
    figure, explanation = f"The figure “{row['figure']} {row['label']}”", row["explanation_anchor"]
    if not row["source_url"] and not explanation:
        yield f"{figure} needs a source address, or a question on this site that explains it."
    if explanation and explanation not in answers:
        yield f"{figure} is explained by a question that the page does not show."
    if not row["checked_on"]:
        yield f"{figure} needs the day on which somebody last checked it."


def _of_testimonial(row: Content) -> Iterator[str]:
    if not row["permission"].strip() or not row["permission_on"]:
        yield f"The testimonial of {row['name']} needs a recorded permission and its date."
