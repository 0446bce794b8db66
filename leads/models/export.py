from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LEASE = timedelta(minutes=2)
"""How long a worker may be silent about a file before another one begins it anew."""

MOST_ATTEMPTS = 3

SILENT_AFTER = timedelta(hours=1)
"""Longer than any browser takes for the rows between two notes of how far its download is."""

FILE_LIVES = timedelta(hours=24)


class ExportQuerySet(models.QuerySet["Export"]):
    def to_make(self, at: datetime) -> Self:
        """Files that wait for a worker, or whose worker fell silent, the longest waiting first."""
        due = Q(state=Export.State.WAITING) | Q(state=Export.State.RUNNING, told_at__lte=at - LEASE)
        return self.filter(due, format=Export.Format.XLSX).order_by("pk")

    def silent(self, at: datetime) -> Self:
        """Downloads whose server died while it sent them."""
        return self.filter(
            state=Export.State.RUNNING, format=Export.Format.CSV, told_at__lte=at - SILENT_AFTER
        )

    def lapsed(self, at: datetime) -> Self:
        return self.with_file().filter(finished_at__lte=at - FILE_LIVES)

    def with_file(self) -> Self:
        return self.filter(state=Export.State.FINISHED, format=Export.Format.XLSX)


class Export(models.Model):
    """A list that somebody took out of the desk as a file: who, when, which rows, and how far it got."""

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    class Subject(models.TextChoices):
        REQUESTS = "requests", "Requests"
        MESSAGES = "messages", "Messages"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the worker"
        RUNNING = "running", "Under way"
        FINISHED = "finished", "Finished"
        BROKEN_OFF = "broken_off", "Broken off"
        DELETED = "deleted", "Finished, file deleted"

    subject = models.CharField("list", max_length=10, choices=Subject)
    format = models.CharField(max_length=4, choices=Format)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("asked for", default=timezone.now)
    filters = models.TextField("which rows", help_text="In words, as the list said.")
    query = models.TextField(blank=True, help_text="The list’s filters and search, as its address has them.")
    keys = models.JSONField(default=list, blank=True, help_text="The rows that were ticked, if any.")

    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows_total = models.PositiveIntegerField("rows", help_text="When it was asked for.")
    rows_done = models.PositiveIntegerField("rows written", default=0)
    attempts = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField("last sign of life", default=timezone.now)
    finished_at = models.DateTimeField("ended", null=True, blank=True)
    problem = models.CharField(max_length=200, blank=True)
    file_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["finished", "broken_off", "deleted"], finished_at__isnull=False),
                name="an_export_that_ended_says_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()} as {self.get_format_display()}"

    @property
    def permission(self) -> str:
        """What somebody must have to take out this list, or to fetch its file."""
        return permission_for(self.subject)

    @property
    def path(self) -> Path:
        return folder() / f"{self.file_key}.xlsx"

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def has_file(self) -> bool:
        return self.state == self.State.FINISHED and self.format == self.Format.XLSX

    @property
    def file_lives_until(self) -> datetime | None:
        return self.finished_at + FILE_LIVES if self.has_file and self.finished_at else None

    def claim(self, *, at: datetime) -> bool:
        """Takes the file to make. False when another worker took it first."""
        claimed = self._as_read().update(
            state=self.State.RUNNING, attempts=F("attempts") + 1, rows_done=0, told_at=at
        )
        self.attempts += claimed
        if claimed:
            self.state = self.State.RUNNING
        return bool(claimed)

    def tell(self, rows: int, *, at: datetime) -> bool:
        """Notes how far it is. False when it is not ours any more."""
        return bool(self._as_read().update(rows_done=rows, told_at=at))

    def finish(self, rows: int, *, at: datetime) -> bool:
        return self._end(self.State.FINISHED, rows, "", at)

    def break_off(self, problem: str, rows: int, *, at: datetime) -> bool:
        return self._end(self.State.BROKEN_OFF, rows, problem, at)

    def _end(self, state: State, rows: int, problem: str, at: datetime) -> bool:
        return bool(self._as_read().update(state=state, rows_done=rows, problem=problem, finished_at=at))

    def _as_read(self) -> ExportQuerySet:
        """This row, as long as nobody else took it since it was read."""
        return Export.objects.filter(pk=self.pk, state=self.state, attempts=self.attempts)


def permission_for(subject: str) -> str:
    return {
        Export.Subject.REQUESTS: "leads.export_bookingrequest",
        Export.Subject.MESSAGES: "leads.export_message",
    }[Export.Subject(subject)]


def folder() -> Path:
    """Where files wait to be fetched: for the site's own user alone."""
    folder = settings.DATA_DIR / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
