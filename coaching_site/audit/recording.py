"""Notices what staff change, wherever the code does it, and records it in the same transaction.

Django says when a row is saved or deleted. It does not for `QuerySet.update()`, by which the verbs here
change a row only while it is in the right state: so that one method is wrapped. `bulk_create()` is not
watched; what uses it here follows from a change that is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.dispatch import receiver

from coaching_site.audit.acting import Actor, who_acts
from coaching_site.audit.models import Change
from coaching_site.audit.scope import LONGEST, is_of_prospects, is_recorded, is_told, label_of

Texts = dict[str, str]
Values = dict[str, list[str] | None]

BEFORE = "_before_its_change"
"""Where an instance keeps what was stored, from before its save until after it."""


def watch(model: type[models.Model]) -> None:
    """Listens to one model, so that all others can still be deleted without being read."""
    pre_save.connect(_remember, sender=model)
    post_save.connect(_record_save, sender=model)
    post_delete.connect(_record_deletion, sender=model)


@receiver(pre_save, sender=LogEntry)
def _leave_out_names(instance: LogEntry, **kwargs: Any) -> None:
    """Django's own log would keep what a request is called, which is the prospect's name."""
    model = instance.content_type.model_class() if instance.content_type else None
    if model and is_of_prospects(model):
        instance.object_repr = f"#{instance.object_id}"


m2m_changed.connect(lambda **kwargs: _record_members(**kwargs), weak=False)


def watch_updates() -> None:
    models.QuerySet.update = _update  # type: ignore[method-assign]


def record(
    act: Change.Act,
    by: Actor,
    model: type[models.Model],
    pk: Any,
    *,
    label: str = "",
    values: Values | None = None,
) -> None:
    told = values or {}
    change = Change(
        by=by.user,
        by_name=by.name,
        act=act,
        kind=model._meta.label_lower,
        object_id=str(pk),
        label=label,
        values=told,
        request_id=by.request_id,
    )
    change.words = _words(change)
    change.save(force_insert=True)


def _record_row(act: Change.Act, by: Actor, row: models.Model, values: Values) -> None:
    record(act, by, type(row), row.pk, label=label_of(row), values=values)


# --- What Django says


def _remember(instance: models.Model, raw: bool = False, using: str | None = None, **kwargs: Any) -> None:
    if who_acts() and instance.pk is not None:
        stored = type(instance)._base_manager.using(using).filter(pk=instance.pk).first()
        setattr(instance, BEFORE, texts_of(stored) if stored else None)


def _record_save(
    instance: models.Model, created: bool, update_fields: Iterable[str] | None, **kwargs: Any
) -> None:
    before: Texts = instance.__dict__.pop(BEFORE, None) or {}
    if not (by := who_acts()) or not _is_worth_telling(instance):
        return
    after = texts_of(_as_stored(instance))
    if update_fields is not None:
        after = before | {name: text for name, text in after.items() if name in update_fields}
    values = _changed(type(instance), before, after)
    if created:
        _record_row(Change.Act.ADDED, by, instance, _of_a_whole_row(instance, values))
    elif values:
        _record_row(Change.Act.CHANGED, by, instance, values)


def _record_deletion(instance: models.Model, origin: Any, **kwargs: Any) -> None:
    by, model = who_acts(), type(instance)
    if not by or (is_of_prospects(model) and not _began_with(model, origin)):
        return
    values = _of_a_whole_row(instance, _changed(model, texts_of(instance), {}))
    _record_row(Change.Act.DELETED, by, instance, values)


def _record_members(
    sender: Any, instance: models.Model, action: str, model: type[models.Model], pk_set: Any, **kwargs: Any
) -> None:
    """Groups of a person, permissions of a group: the names that went, and those that came."""
    by = who_acts()
    if not by or action not in {"post_add", "post_remove", "pre_clear"} or not is_recorded(type(instance)):
        return
    field = _field_of(instance, through=sender)
    if action == "pre_clear":
        rows = getattr(instance, field).all() if field else model._base_manager.none()
    else:
        rows = model._base_manager.filter(pk__in=pk_set)
    if names := ", ".join(sorted(str(row) for row in rows)):
        pair = ["", names] if action == "post_add" else [names, ""]
        _record_row(Change.Act.CHANGED, by, instance, {field or "members": pair})


def _field_of(instance: models.Model, *, through: Any) -> str:
    """The name of a many-to-many field; empty on the other side of it."""
    fields = instance._meta.many_to_many
    return next((each.name for each in fields if each.remote_field.through is through), "")


# --- What Django does not say

_django_update = models.QuerySet.update


def _update(self: models.QuerySet[Any], **changes: Any) -> int:
    by = who_acts()
    if not by or not is_recorded(self.model):
        return _django_update(self, **changes)
    rows = self.model._base_manager.using(self.db)
    with transaction.atomic(using=self.db):
        chosen = rows.filter(pk__in=self.order_by().values("pk"))
        before = {row.pk: texts_of(row) for row in chosen.select_for_update(no_key=True)}
        count = _django_update(self, **changes)
        if count:
            for row in rows.filter(pk__in=before):
                if values := _changed(self.model, before[row.pk], texts_of(row)):
                    _record_row(Change.Act.CHANGED, by, row, values)
    return count


_update.alters_data = True  # type: ignore[attr-defined]

# --- In words


def texts_of(instance: models.Model) -> Texts:
    """The fields of a row as texts, without those that change by themselves."""
    fields = [field for field in instance._meta.concrete_fields if _is_compared(field)]
    return {field.name: _text(field, field.value_from_object(instance)) for field in fields}


def _is_compared(field: models.Field[Any, Any]) -> bool:
    is_last_login = field.model is User and field.name == "last_login"
    is_clock = getattr(field, "auto_now", False) or is_last_login
    return not field.primary_key and not field.generated and not is_clock


def _text(field: models.Field[Any, Any], value: Any) -> str:
    match field.to_python(value):
        case None:
            return ""
        case bool(mark):
            return "yes" if mark else "no"
        case datetime() as instant:
            # To the second: a form leaves out what is smaller, and would seem to change it.
            return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        case dict() | list() as data:
            return json.dumps(data, ensure_ascii=False, sort_keys=True)
        case other:
            return str(dict(field.flatchoices or []).get(other, other))


def _changed(model: type[models.Model], before: Mapping[str, str], after: Mapping[str, str]) -> Values:
    names = [name for name in {**before, **after} if before.get(name, "") != after.get(name, "")]
    return {
        name: [_cut(before.get(name, "")), _cut(after.get(name, ""))] if _is_told(model, name) else None
        for name in names
    }


def _of_a_whole_row(instance: models.Model, values: Values) -> Values:
    """That a prospect's row has fields which are not told goes without saying when it comes or goes."""
    is_reduced = is_of_prospects(type(instance))
    return {name: pair for name, pair in values.items() if pair} if is_reduced else values


def _is_told(model: type[models.Model], name: str) -> bool:
    field = model._meta.get_field(name)
    return isinstance(field, models.Field) and is_told(field)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _words(change: Change) -> str:
    values = [text for pair in change.values.values() for text in pair or () if text]
    parts = [change.by_name, change.get_act_display(), change.kind_name, f"#{change.object_id}", change.label]
    return "\n".join([*parts, *change.fields, *values])


def _as_stored(instance: models.Model) -> models.Model:
    """The row, read again where an expression stood for a value."""
    values = [field.value_from_object(instance) for field in instance._meta.concrete_fields]
    if any(hasattr(value, "resolve_expression") for value in values):
        return type(instance)._base_manager.get(pk=instance.pk)
    return instance


def _is_worth_telling(instance: models.Model) -> bool:
    """Each verb adds a line to a request's history and is told by what it changes; a note changes nothing."""
    return instance._meta.label_lower != "leads.bookingevent" or getattr(instance, "kind", "") == "note"


def _began_with(model: type[models.Model], origin: Any) -> bool:
    """Whether rows of the model were to be deleted, and did not only go with others."""
    return isinstance(origin, model) or getattr(origin, "model", None) is model
