from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from leads.counting.countable import Countable
from leads.counting.tally import Tally
from leads.counting.visitors import is_counted
from leads.models import Hit
from leads.models.daily_count import Counted
from leads.source import Source
from pages import memory
from pages.delivery import version

logger = logging.getLogger(__name__)


class Counters:
    """Counts for one process. A page is never slower or worse off for it: what fails here is only logged."""

    STALE_AFTER = timedelta(minutes=1)
    """A planned publication begins to count without a change of the site's version."""

    def __init__(self, *, every: float | None) -> None:
        self.tally = Tally(every=every)
        self._has_failed = False

    def count(self, request: HttpRequest, kind: Hit, *, page: str, source: str, cta: str = "") -> None:
        """Once more for today, if the visitor is one to count and the page has such a thing."""
        if is_counted(request):
            self._safely(kind, page, source, cta)

    def form_opened(self, request: HttpRequest, source: Source) -> None:
        """Whoever comes to the form without a page before, or with an invented one, is counted without."""
        if request.method != "GET" or not is_counted(request):
            return
        self._safely(Hit.FORM_OPENED, source.source_page, source.source_name, source.source_cta)

    def _safely(self, kind: Hit, page: str, source: str, cta: str) -> None:
        try:
            self._add(kind, page, source, cta, at=timezone.now())
        except Exception:
            if not self._has_failed:
                logger.exception("a hit could not be counted; further ones fail without a word")
            self._has_failed = True

    def _add(self, kind: Hit, page: str, source: str, cta: str, *, at: datetime) -> None:
        countable = self._current(at)
        if not countable.has(kind, page, cta):
            if kind != Hit.FORM_OPENED:
                return
            page = cta = ""
        self.tally.add(Counted(countable.day(at), kind, page, source, cta))

    def _current(self, at: datetime) -> Countable:
        def work_out() -> memory.Kept:
            return memory.Kept(Countable.at(at), at + self.STALE_AFTER)

        countable: Countable = memory.recall(("countable", version.current()), at, work_out).thing
        return countable


counters = Counters(every=settings.COUNTS_WRITTEN_EVERY)
