"""Pieces of HTML that the lists of requests and messages share."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.ages import age


def badge(kind: str, label: str) -> SafeString:
    """A state as a word in a frame; the frame's class only adds to what the word says."""
    return format_html('<span class="badge badge-{}">{}</span>', kind, label)


def ago(moment: datetime, *, at: datetime) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{} ago</time>',
        moment.isoformat(),
        date_format(moment, "DATETIME_FORMAT"),
        age(moment, at=at),
    )
