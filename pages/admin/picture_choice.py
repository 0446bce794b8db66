"""The choice of a picture in the form of what shows it."""

from __future__ import annotations

from typing import Any

from django.db.models import Field
from django.forms import Field as FormField
from django.http import HttpRequest

from pages.admin.placing import without_shortcuts
from pages.models import Picture


class PictureChoice:
    """Reads the pictures once for a form, however many rows of it offer them."""

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field and db_field.related_model is Picture:
            field.empty_label = "No picture"
            field.choices = list(field.choices)
            without_shortcuts(field)
        return field  # type: ignore[no-any-return]
