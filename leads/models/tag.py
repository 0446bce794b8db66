from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


def no_comma(name: str) -> None:
    if "," in name:
        raise ValidationError("Leave out the comma: it stands between two tags.")


class TagManager(models.Manager["Tag"]):
    def named(self, names: Iterable[str]) -> list[Tag]:
        """The tags with these names, whatever their case. What is not there yet is made."""
        wanted = {name.casefold(): name for name in names}
        known = {tag.name.casefold() for tag in self.all()}
        # Another hand may make the same one meanwhile.
        missing = [Tag(name=name) for folded, name in wanted.items() if folded not in known]
        self.bulk_create(missing, ignore_conflicts=True)
        return [tag for tag in self.all() if tag.name.casefold() in wanted]


class Tag(models.Model):
    """A word of the staff's own, under which requests are found again."""

    name = models.CharField(max_length=40, validators=[no_comma])

    objects = TagManager()

    class Meta:
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="tag_is_unique_whatever_its_case",
                violation_error_message="There is a tag with this name already.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_tag_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
