"""Which pages show a picture to readers, now or at a time that is set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from pages.models import Picture, Publication


def publications_with(pictures: Iterable[Picture], *, at: datetime) -> QuerySet[Publication]:
    """Those that name one of them. Earlier publications do not count: they may lose a picture."""
    named = [Q(words__contains=picture.key) for picture in pictures]
    if not named:
        return Publication.objects.none()
    with_words = Publication.objects.reachable(at).annotate(words=Cast("content", TextField()))
    return with_words.filter(reduce(or_, named)).select_related("page")
