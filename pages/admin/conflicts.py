"""An edit that was begun in two browsers: the second to save is shown both, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.forms.models import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from pages.differences import Difference

OVERTAKEN = (
    "Somebody else saved this while you were editing. Nothing of yours is saved yet. "
    "Both are compared above; to save what you typed over theirs, save again."
)


class SeenField(forms.CharField):
    """What the row was when its form was opened. No change of it is an edit."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class CarefulForm(forms.ModelForm):
    """Refuses to save over what somebody else saved since the form was opened."""

    seen = SeenField(required=False)
    parts: list[type[Any]] = []
    """The kinds of row that are edited along with this one."""

    is_overtaken = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            self.initial["seen"] = fingerprint(self.instance, self.parts)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        seen = self.cleaned_data.get("seen")
        if self.instance.pk and seen:
            current = fingerprint(self._locked(), self.parts)
            if seen != current:
                self._come_back(current)
        return cleaned

    def _locked(self) -> Any:
        """Two who save at the same moment come one after the other."""
        return type(self.instance)._default_manager.select_for_update().get(pk=self.instance.pk)

    def _come_back(self, current: str) -> None:
        """Whoever saves again has read what is there now."""
        self.is_overtaken = True
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["seen"] = current
        self.data = data
        self.add_error(None, OVERTAKEN)


class CarefulAdmin(admin.ModelAdmin):
    form = CarefulForm

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.parts = [inline.model for inline in self.inlines]
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if getattr(form, "is_overtaken", False):
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            context["overtaken_by"] = overtaken_by(form, formsets)
        return super().render_change_form(request, context, *args, **kwargs)


def fingerprint(row: Any, parts: list[type[Any]]) -> str:
    """Of all that the form of a row shows."""
    own = _rows(type(row), pk=row.pk)
    others = [_rows(part, **{_name_of_owner(part, row): row}) for part in parts]
    return sha256(repr([own, *others]).encode()).hexdigest()


def _rows(kind: type[Model], **chosen: Any) -> list[Any]:
    fields = [field.attname for field in kind._meta.concrete_fields if field.editable or field.primary_key]
    return list(kind._default_manager.filter(**chosen).order_by("pk").values_list(*fields))


def _name_of_owner(part: type[Model], row: Model) -> str:
    return next(field.name for field in part._meta.fields if field.related_model is type(row))


def overtaken_by(form: Any, formsets: list[Any]) -> list[Difference]:
    """Field by field, where what is saved now is not what was typed."""
    inlines = [inline for formset in formsets for inline in formset.initial_forms if inline.instance.pk]
    return [difference for each in [form, *inlines] for difference in _differences_of(each)]


def _differences_of(form: Any) -> Iterator[Difference]:
    place = capfirst(f"{form.instance._meta.verbose_name}: {form.instance}")
    for name in form.changed_data:
        bound, initial = form[name], form[name].initial
        before, after = (_words(bound.field, value) for value in (initial, bound.data))
        if before != after:
            yield Difference(place, str(bound.label).lower(), before, after)


def _words(field: Any, value: Any) -> str:
    """As staff read it."""
    if isinstance(value, bool):
        return "yes" if value else ""
    if value in (None, ""):
        return ""
    if isinstance(field, ModelChoiceField):
        try:
            return str(field.to_python(value))
        except forms.ValidationError:  # A choice that is not there, or no key at all.
            return ""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    return str(value).replace("\r\n", "\n").strip()
