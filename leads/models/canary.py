from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models, transaction

from leads import emails
from leads.models.message import Message
from pages.models.singleton import Singleton


class Canary(Singleton):
    """How the last bookings went that the site made by itself, to see that one can be made."""

    FIRST_AFTER: ClassVar = timedelta(minutes=1)
    """The web processes start beside the worker, and later."""
    AGAIN_AFTER: ClassVar = timedelta(minutes=5)
    FAILS_AFTER: ClassVar = 2
    """Failures in a row, so that a restart raises no alarm."""
    LATE_AFTER: ClassVar = 3
    """Intervals without a flight."""

    due_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Of the last failure.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row; 0: the last one passed.")
    expected = models.CharField(max_length=43, blank=True, editable=False)

    def __str__(self) -> str:
        return f"failing: {self.problem}" if self.is_failing else "not failing"

    @property
    def is_failing(self) -> bool:
        return self.failures >= self.FAILS_AFTER

    @classmethod
    def claim(cls, *, at: datetime) -> bool:
        """Takes the flight that is due, for a while: who dies over it leads to another one."""
        if cls.objects.filter(due_at__lte=at).update(due_at=at + cls.AGAIN_AFTER):
            return True
        cls.made(due_at=at + cls.FIRST_AFTER)
        return False

    @classmethod
    def made(cls, *, due_at: datetime) -> None:
        """Makes the row, unless it is there already."""
        cls.objects.get_or_create(pk=1, defaults={"due_at": due_at})

    @classmethod
    def expect(cls, nonce: str) -> None:
        cls.objects.update(expected=nonce)

    @classmethod
    def has_come(cls, nonce: str) -> bool:
        """Whether it was expected. It is not, a second time."""
        return bool(nonce) and bool(cls.objects.filter(expected=nonce).update(expected=""))

    @classmethod
    def note(cls, problem: str, *, at: datetime, every: timedelta) -> None:
        """How a flight ended; empty: well. Staff hear by mail when it begins to fail, and when it is over."""
        with transaction.atomic():
            canary = cls.objects.select_for_update().get()
            was_failing = canary.is_failing
            if problem:
                canary.problem, canary.failed_at = problem[:300], at
                canary.failures += 1
            else:
                canary.passed_at, canary.failures = at, 0
            canary.due_at = at + (cls.AGAIN_AFTER if problem else every)
            canary.expected = ""
            canary.save()
            if canary.is_failing != was_failing:
                Message.queue(emails.canary_fails(canary) if problem else emails.canary_passes(canary))
