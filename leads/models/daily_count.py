"""How often pages were seen and buttons pressed: totals of a day, and nothing about who it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple, Self

from django.db import connection, models, transaction
from django.db.models import Q, Sum

MOST_ROWS_A_DAY = 2000
"""From then on what is new of a day counts under OTHER, so that invented sources cannot fill the table."""

OTHER = "other"

ADVISORY_LOCK = 5_216_842_013
"""Any number that nothing else in the database uses."""

UPSERT = """
    INSERT INTO {table} (day, kind, page, source, cta, count) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (day, kind, page, source, cta) DO UPDATE SET count = {table}.count + excluded.count
"""


class Hit(models.TextChoices):
    """What can happen on a public page."""

    VISIT = "visit", "Visit"
    CLICK = "click", "Click on a button"
    QUESTION_OPENED = "question_opened", "Question opened"
    FORM_OPENED = "form_opened", "Form opened"


class Counted(NamedTuple):
    """What one row of a day stands for."""

    day: date
    kind: str
    page: str
    source: str
    cta: str


class DailyCountQuerySet(models.QuerySet["DailyCount"]):
    def during(self, first: date, last: date) -> Self:
        """Both days included."""
        return self.filter(day__gte=first, day__lte=last)

    def totals(self) -> dict[Hit, int]:
        """How often each kind of thing happened, by its kind; one that never did is 0."""
        found = dict(self.order_by().values_list("kind").annotate(Sum("count")))
        return {kind: found.get(kind, 0) for kind in Hit}

    def add(self, counts: Mapping[Counted, int]) -> None:
        """Adds to what is there already. Processes and machines that add at the same time add up."""
        with _turn():
            rows: list[list[Any]] = [
                [*counted, number] for counted, number in self._with_room(counts).items()
            ]
            with connection.cursor() as cursor:
                cursor.executemany(UPSERT.format(table=self.model._meta.db_table), rows)

    def _with_room(self, counts: Mapping[Counted, int]) -> Counter[Counted]:
        fitting: Counter[Counted] = Counter()
        for day in sorted({counted.day for counted in counts}):
            of_day = {counted: number for counted, number in counts.items() if counted.day == day}
            room = MOST_ROWS_A_DAY - self.filter(day=day).count()
            known = self._known(day) if room < len(of_day) else set(of_day)
            for counted, number in of_day.items():
                if counted not in known and room <= 0:
                    fitting[counted._replace(source=OTHER)] += number
                else:
                    room -= counted not in known
                    fitting[counted] += number
        return fitting

    def _known(self, day: date) -> set[Counted]:
        return {Counted(*row) for row in self.filter(day=day).values_list(*Counted._fields)}


class DailyCount(models.Model):
    """How often one thing happened on one day.

    Visitors are not told apart, so these are visits and clicks, never people. Who asks not to be counted
    is missing, and a process that is killed loses its last seconds: the numbers are a lower bound.
    """

    day = models.DateField(help_text="By the coach’s calendar.")
    kind = models.CharField(max_length=16, choices=Hit)
    page = models.CharField(max_length=80, blank=True, help_text="Empty: the form, without a page before.")
    source = models.CharField(max_length=80)
    cta = models.CharField("button", max_length=80, blank=True)
    count = models.PositiveIntegerField()

    objects = DailyCountQuerySet.as_manager()

    class Meta:
        verbose_name = "daily count"
        verbose_name_plural = "where clients come from"
        # Nobody edits totals, and who may see requests may see where they come from.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=[*Counted._fields], name="one_count_for_each_thing_of_a_day"),
            models.CheckConstraint(condition=Q(kind__in=Hit.values), name="kind_of_count_is_known"),
            models.CheckConstraint(condition=Q(count__gt=0), name="what_never_happened_has_no_count"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.count} × {self.kind} {self.page} {self.cta}, from {self.source}"


@contextmanager
def _turn() -> Iterator[None]:
    """One writer of counts at a time, so that the limit of a day holds. SQLite has only one anyway."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        yield
