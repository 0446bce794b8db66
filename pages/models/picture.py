from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from pages.pictures.sizes import MODERN, height_at, name_of_picture, name_of_rendition, widths_of
from pages.pictures.uploads import Master

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""Longer than any size takes to make: after it, a claimed one is due again."""

MOST_ATTEMPTS = 3


class PictureQuerySet(models.QuerySet["Picture"]):
    def with_progress(self) -> Self:
        """How many sizes each has, how many of them are ready, and how many could not be made."""
        return self.annotate(
            sizes=Count("renditions"),
            ready=Count("renditions", filter=Q(renditions__state=Rendition.State.READY)),
            failed=Count("renditions", filter=Q(renditions__state=Rendition.State.FAILED)),
        )


class Picture(models.Model):
    """A picture that staff uploaded, written anew, and what is to be known to show it well.

    Its file never changes: another picture is another upload.
    """

    title = models.CharField(
        max_length=80, blank=True, help_text="For the lists here. Empty: the name of the file."
    )
    alternative_text = models.CharField(
        max_length=250,
        blank=True,
        help_text="What the picture shows, for those who do not see it. A short sentence.",
    )
    is_decoration = models.BooleanField(
        "only decoration",
        default=False,
        help_text="It says nothing that the text does not say. Those who do not see it miss nothing.",
    )
    focus_x = models.PositiveSmallIntegerField(
        "from the left",
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="Percent.",
    )
    focus_y = models.PositiveSmallIntegerField(
        "from the top",
        default=50,
        validators=[MaxValueValidator(100)],
        help_text="Percent.",
    )

    key = models.CharField(max_length=32, unique=True, editable=False, help_text="From its content.")
    ending = models.CharField(max_length=3, choices=[("jpg", "JPEG"), ("png", "PNG")], editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_decoration=True, alternative_text="")
                | (Q(is_decoration=False) & ~Q(alternative_text="")),
                name="a_picture_has_words_or_is_decoration",
                violation_error_message="Say what the picture shows, or mark it as only decoration; "
                "one of the two.",
            ),
            models.CheckConstraint(
                condition=Q(focus_x__lte=100, focus_y__lte=100), name="focus_is_inside_the_picture"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.key

    @property
    def name(self) -> str:
        """Of its file."""
        return name_of_picture(self.key, self.ending)

    def keep(self, master: Master, *, by: AbstractBaseUser | AnonymousUser) -> None:
        """Saves what an upload became, and orders its sizes from the worker."""
        self.key, self.ending = master.key, master.ending
        self.width, self.height = master.width, master.height
        self.uploaded_by_id = by.pk
        try:
            with transaction.atomic():
                self.save()
                self._order_sizes()
        except IntegrityError:
            # A form that was sent twice at once: the first one made this very picture.
            self.pk = Picture.objects.get(key=master.key).pk

    def _order_sizes(self) -> None:
        Rendition.objects.bulk_create(
            Rendition(picture=self, width=width, ending=ending)
            for ending in [self.ending, *reversed(MODERN)]
            for width in widths_of(self.width)
        )

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Its files go when it is certain that it goes. What that misses, sweeping finds."""
        names = [self.name, *(rendition.name for rendition in self.renditions.all())]
        deleted = super().delete(*args, **kwargs)
        transaction.on_commit(lambda: _delete_files(names))
        return deleted


def _delete_files(names: list[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except Exception as error:  # The row is gone; a storage that is away is no reason to fail now.
            logger.warning("%s is left for the next sweep: %r", name, error)


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def due(self, at: datetime) -> Self:
        """Those to make now, in the order in which they were asked for."""
        return (
            self.filter(state=Rendition.State.WAITING, next_attempt_at__lte=at)
            .select_related("picture")
            .order_by("next_attempt_at", "pk")
        )


class Rendition(models.Model):
    """One size of a picture in one format, made by the worker.

    As in the outbox, a worker claims a row for a time. When it dies in the middle, the row is due again;
    when that happens again and again, the size is given up, and the page shows the picture itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    picture = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")
    width = models.PositiveSmallIntegerField()
    ending = models.CharField("format", max_length=4)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)

    objects = RenditionQuerySet.as_manager()

    class Meta:
        ordering = ["picture", "pk"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="waiting_renditions")
        ]
        constraints = [
            models.UniqueConstraint(fields=["picture", "width", "ending"], name="one_file_a_size_and_format")
        ]

    def __str__(self) -> str:
        return f"{self.width} × {self.height}, {self.ending}"

    @property
    def name(self) -> str:
        """Of its file, whether that is made or not."""
        return name_of_rendition(self.picture.key, self.width, self.ending)

    @property
    def height(self) -> int:
        return height_at(self.width, of=(self.picture.width, self.picture.height))

    def claim(self, *, at: datetime) -> bool:
        """Takes it for one attempt. False when another worker took it first."""
        claimed = self._as_read().update(attempts=F("attempts") + 1, next_attempt_at=at + LEASE)
        self.attempts += claimed
        return bool(claimed)

    def mark_ready(self) -> None:
        self._as_read().update(state=self.State.READY, last_error="")

    def mark_failed(self, error: str) -> None:
        self._as_read().update(state=self.State.FAILED, last_error=error)

    def postpone(self, error: str, *, at: datetime) -> None:
        """Tries again after a pause, unless it was tried often enough."""
        if self.attempts >= MOST_ATTEMPTS:
            self.mark_failed(error)
        else:
            pause = timedelta(seconds=30) * self.attempts
            self._as_read().update(next_attempt_at=at + pause, last_error=error)

    def _as_read(self) -> RenditionQuerySet:
        """This row, as long as no other worker began an attempt since it was read."""
        return Rendition.objects.filter(pk=self.pk, state=self.State.WAITING, attempts=self.attempts)
