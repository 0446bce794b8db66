from __future__ import annotations

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q

from pages.models.ordering import Ordered

OWN_PATH = re.compile(r"/(?:[^/\\\s][^\\\s]*)?")


class InUse(models.QuerySet["Resource"]):
    def in_use(self) -> InUse:
        return self.filter(is_archived=False)


def an_https_address_or_own_path(value: str) -> None:
    """Whoever gets no call is sent nowhere that somebody on the way could change."""
    if OWN_PATH.fullmatch(value):
        return
    try:
        URLValidator(schemes=["https"])(value)
    except ValidationError:
        raise ValidationError(
            "Enter an address that begins with https://, or the path of a page of this site, like /guide/."
        ) from None


class Resource(Ordered):
    """Something to read, watch or try, which a “not now” answer recommends in place of a call."""

    title = models.CharField(max_length=100)
    address = models.CharField(
        max_length=300,
        validators=[an_https_address_or_own_path],
        help_text="Begins with https://, or is the path of a page of this site, like /guide/.",
    )
    sentence = models.CharField(
        max_length=300, help_text="Why you recommend it. It stands above the title and the address."
    )
    is_archived = models.BooleanField("archived", default=False, help_text="No longer offered.")

    objects = InUse.as_manager()

    class Meta(Ordered.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(address__startswith="https://")
                | (Q(address__startswith="/") & ~Q(address__startswith="//")),
                name="a_resource_has_an_https_address_or_a_path",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def url(self) -> str:
        return settings.SITE_URL + self.address if self.address.startswith("/") else self.address

    @property
    def in_words(self) -> str:
        """As a letter recommends it."""
        return f"{self.sentence}\n\n{self.title}\n{self.url}"
