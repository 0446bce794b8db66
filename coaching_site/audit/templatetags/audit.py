from __future__ import annotations

from typing import Any

from django import template
from django.db import models

from coaching_site.audit.models import Change
from pages.differences import Difference

register = template.Library()

AT_MOST = 200
"""Entries of one object on its own page; the list of all shows more."""


@register.simple_tag
def changes_of(instance: models.Model) -> list[Any]:
    rows = Change.objects.filter(kind=instance._meta.label_lower, object_id=str(instance.pk))
    return list(rows[:AT_MOST])


@register.simple_tag
def differences_of(change: Change) -> list[Difference]:
    return [Difference(field, "", before, after) for field, before, after in change.texts()]
