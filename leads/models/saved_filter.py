from __future__ import annotations

from typing import Self
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict
from django.urls import reverse

NOT_KEPT = {"p", "all", "e", "_facets", "_popup", "_to_field"}
"""What the list's address says of a page or a window, not of which requests are meant."""


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> Self:
        """The own ones, and those that colleagues share."""
        return self.filter(Q(owner=user) | Q(is_shared=True))


class SavedFilter(models.Model):
    """A way to look at the list of requests, kept under a name and opened by a link."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500, help_text="The part of the list’s address after the “?”.")
    is_shared = models.BooleanField("for all colleagues", default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                name="nobody_has_two_filters_of_one_name",
                violation_error_message="You have a filter with this name already. Choose another name.",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_saved_filter_has_a_name"),
            models.CheckConstraint(condition=~Q(query=""), name="a_saved_filter_narrows_something"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('admin:leads_bookingrequest_changelist')}?{self.query}"


def canonical_query(query: str) -> str:
    """The same filter always in the same words, whatever page of it is shown."""
    pairs = [(key, value) for key, values in QueryDict(query).lists() for value in values]
    return urlencode(sorted((key, value) for key, value in pairs if value and key not in NOT_KEPT))
