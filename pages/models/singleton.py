"""Settings that staff edit: tables with exactly one row."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q


class Singleton(models.Model):
    """A table whose only row has key 1; until it is saved, the fields' defaults hold."""

    class Meta:
        abstract = True
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="%(app_label)s_%(class)s_has_one_row")]

    def save(self, **kwargs: Any) -> None:
        self.pk = 1
        super().save(**kwargs)

    @classmethod
    def current(cls) -> Self:
        """Asked in SQL, because composing so short a query would take ten times as long as running it."""
        rows = cls._default_manager.raw(f"SELECT * FROM {cls._meta.db_table}")  # noqa: S608 (our own name)
        return next(iter(rows), None) or cls()
