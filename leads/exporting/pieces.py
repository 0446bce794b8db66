"""Rows a piece at a time, so that a list of any length needs the memory of one piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from leads.exporting.cells import Cell
from leads.exporting.sheets import Sheet

ROWS = 500


def in_pieces(chosen: QuerySet[Any], sheet: Sheet, zone: ZoneInfo) -> Iterator[list[list[Cell]]]:
    """The cells of the chosen rows, the newest row first.

    Each piece begins below the last key of the one before. No transaction or cursor stays open while a slow
    browser reads, and what arrives meanwhile has higher keys, so that it shifts nothing.
    """
    below = None
    while keys := _keys_below(below, chosen, zone):
        below = keys[-1]
        yield sheet.rows(_rows(sheet, keys), zone)


def _keys_below(below: int | None, chosen: QuerySet[Any], zone: ZoneInfo) -> list[int]:
    # A filter by year or day is turned into SQL in the zone that is active then.
    with timezone.override(zone):
        rest = chosen if below is None else chosen.filter(pk__lt=below)
        return list(rest.order_by("-pk").values_list("pk", flat=True)[:ROWS])


def _rows(sheet: Sheet, keys: list[int]) -> QuerySet[Any]:
    rows = sheet.model._default_manager.filter(pk__in=keys).order_by("-pk")
    # Named even when it is nothing: a bare select_related() follows every key.
    rows = rows.select_related(*sheet.with_one) if sheet.with_one else rows
    return rows.prefetch_related(*sheet.with_many)
