from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

FARTHEST = timedelta(days=3650)
"""At the end of the calendar there are moments that have no time of day elsewhere."""


class MomentField(forms.DateTimeField):
    """A moment to come, by the clock of the desk; empty for now."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment and moment <= timezone.now():
            raise ValidationError("This time has passed. Leave it empty to publish at once.")
        if moment and moment - timezone.now() > FARTHEST:
            raise ValidationError("This time is more than ten years away.")
        return moment


class PublishForm(forms.Form):
    counts_from = MomentField(label="From")


class TakeOffForm(forms.Form):
    redirect_to = forms.ChoiceField(label="Readers who come here", required=False)
    counts_from = MomentField(label="From")

    def __init__(self, data: Any = None, *, places: dict[str, str]) -> None:
        super().__init__(data, auto_id="take-off-%s")
        redirect_to: Any = self.fields["redirect_to"]
        redirect_to.choices = [
            ("", "hear that it is gone"),
            *((url, f"are led to “{title}”, {url}") for url, title in places.items()),
        ]
