from __future__ import annotations

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone

NOT_SHOWN = "not shown"


class Change(models.Model):
    """One thing that somebody did. Rows are added, never changed: triggers in the database refuse it.

    `values` maps the name of a field to its text before and after, or to nothing where the record says
    only that the field changed.
    """

    class Act(models.TextChoices):
        ADDED = "added", "Added"
        CHANGED = "changed", "Changed"
        DELETED = "deleted", "Deleted"
        SIGNED_IN = "signed_in", "Signed in"
        SIGNED_OUT = "signed_out", "Signed out"
        NOT_SIGNED_IN = "not_signed_in", "Failed to sign in"
        PASSWORD_CHANGED = "password_changed", "Changed their password"
        FACTOR_ADDED = "factor_added", "Added a second factor"
        FACTOR_REMOVED = "factor_removed", "Removed a second factor"
        CODES_RENEWED = "codes_renewed", "Made new recovery codes"

    at = models.DateTimeField("when", default=timezone.now)
    # The row stays when the account goes, so no database holds the one to the other.
    by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )
    by_name = models.CharField("who", max_length=150)
    act = models.CharField("what", max_length=20, choices=Act)
    kind = models.CharField(max_length=100, help_text="The label of the model: app and name.")
    object_id = models.CharField(max_length=64)
    label = models.CharField(max_length=200, blank=True, help_text="How the object was called then.")
    values = models.JSONField(default=dict)
    words = models.TextField(help_text="What the search looks through.")
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "change"
        default_permissions = ("view",)
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="changes_by_time"),
            models.Index(fields=["by", "-at", "-id"], name="changes_by_person"),
            models.Index(fields=["kind", "-at", "-id"], name="changes_by_kind"),
            models.Index(fields=["kind", "object_id", "-at", "-id"], name="changes_by_object"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(by_name=""), name="a_change_says_who_made_it"),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.object_name}"

    @property
    def model(self) -> type[models.Model] | None:
        """None when a later release knows the model no more."""
        try:
            return apps.get_model(self.kind)
        except LookupError:
            return None

    @property
    def kind_name(self) -> str:
        return str(self.model._meta.verbose_name) if self.model else self.kind

    @property
    def object_name(self) -> str:
        return self.label or f"{self.kind_name} {self.object_id}"

    @property
    def fields(self) -> list[str]:
        return [self._name(field) for field in self.values]

    def texts(self) -> list[tuple[str, str, str]]:
        """Each field by its name, with its text before and after."""
        pairs = {field: pair or (NOT_SHOWN, NOT_SHOWN) for field, pair in self.values.items()}
        return [(self._name(field), before, after) for field, (before, after) in pairs.items()]

    def _name(self, field: str) -> str:
        try:
            found = self.model._meta.get_field(field) if self.model else None
        except FieldDoesNotExist:
            found = None
        return str(getattr(found, "verbose_name", field.replace("_", " ")))
