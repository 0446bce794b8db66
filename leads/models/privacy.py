"""What the site remembers of its care for people's data: erasures, rules for keeping, and wordings."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from pages.models.singleton import Singleton

if TYPE_CHECKING:
    from leads.models.booking_page import BookingPage

A_YEAR = 365


class Erasure(models.Model):
    """That a person was erased on request, without saying who."""

    at = models.DateTimeField("erased")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the command line.",
    )
    digest = models.CharField(max_length=64, db_index=True, help_text="A keyed hash of the address.")
    key = models.CharField(max_length=8, help_text="Tells under which SECRET_KEY the hash was made.")
    requests = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "a person’s data"
        ordering = ["-at", "-pk"]
        permissions = [
            ("find_person", "Can look up and give out a person’s data"),
            ("erase_person", "Can erase a person"),
        ]

    def __str__(self) -> str:
        return f"Erasure of {self.at:%Y-%m-%d}"


def _days(label: str, default: int | None, help_text: str = "") -> Any:
    return models.PositiveIntegerField(
        label,
        null=True,
        blank=True,
        default=default,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
        help_text=help_text,
    )


class RetentionRules(Singleton):
    """For how many days requests are kept after the last thing that happened, by kind. Empty: for ever."""

    declined_days = _days("declined or cancelled", A_YEAR)
    missed_days = _days("no-show, not a fit, or later", A_YEAR)
    unanswered_days = _days("never answered", A_YEAR, "They are closed without a mail.")
    talk_days = _days("called, or an offer sent", A_YEAR)
    suspected_days = _days("suspected spam", 30)
    client_days = _days("clients", A_YEAR, "Contracts and invoices are kept elsewhere.")
    mail_days = _days(
        "texts of sent mails",
        None,
        "Only the text goes; that a mail was sent, to whom and when, stays until its request is erased.",
    )

    class Meta(Singleton.Meta):
        verbose_name = "rules for keeping"
        verbose_name_plural = "rules for keeping"

    def __str__(self) -> str:
        return "Rules for keeping"


class RetentionRun(models.Model):
    """What the worker carried out of the rules on one day, and how far it is."""

    day = models.DateField(primary_key=True)
    begun_at = models.DateTimeField()
    reached = models.PositiveBigIntegerField(default=0, help_text="The last request that had its turn.")
    erased = models.PositiveIntegerField(default=0)
    shortened = models.PositiveIntegerField("mail texts deleted", default=0)
    failed = models.PositiveIntegerField(default=0, help_text="They have another turn tomorrow.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"


class ConsentWording(models.Model):
    """Words that prospects agreed to or were told, from an instant on. A new wording is a new row."""

    class Kind(models.TextChoices):
        CONSENT = "consent", "Consent"
        MAIL_CONSENT = "mail_consent", "Consent to further mails"
        PRIVACY_NOTICE = "privacy_notice", "Privacy notice"

    FIELDS: ClassVar = {
        Kind.CONSENT: "consent",
        Kind.MAIL_CONSENT: "mail_consent",
        Kind.PRIVACY_NOTICE: "privacy_notice",
    }
    """The field of the booking page that holds each."""

    kind = models.CharField(max_length=14, choices=Kind)
    text = models.TextField()
    since = models.DateTimeField("in use from")

    class Meta:
        verbose_name = "wording of consent"
        verbose_name_plural = "wordings of consent"
        ordering = ["kind", "-since"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "since"], name="one_wording_of_a_kind_at_a_time"),
            models.CheckConstraint(
                condition=Q(kind__in=["consent", "mail_consent", "privacy_notice"]),
                name="kind_of_wording_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.since:%Y-%m-%d}"

    @classmethod
    def keep(cls, page: BookingPage, *, at: datetime) -> None:
        """Adds a version for each wording of the page that differs from the last one."""
        for kind, field in cls.FIELDS.items():
            text = getattr(page, field)
            last = cls.objects.filter(kind=kind).order_by("-since").first()
            if text != (last.text if last else ""):
                cls.objects.create(kind=kind, text=text, since=at)

    @classmethod
    def in_use(cls, kind: Kind, *, at: datetime) -> str:
        """What it was at an instant; empty when nothing is known of that time."""
        last = cls.objects.filter(kind=kind, since__lte=at).order_by("-since").first()
        return last.text if last else ""
