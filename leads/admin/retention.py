"""How long requests are kept, what goes next, and the wordings that people agreed to."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from leads.models import BookingRequest, ConsentWording, RetentionRules, RetentionRun
from leads.privacy.retention import forecast, long_mails
from pages.admin.read_only import ReadOnly
from pages.admin.singleton import SingletonAdmin

RUNS_SHOWN = 7


@admin.register(RetentionRules)
class RetentionRulesAdmin(SingletonAdmin):
    """The rules, and below them what they will do, so that nobody is surprised."""

    change_form_template = "admin/leads/retentionrules/form.html"
    fieldsets = [
        (
            "Days",
            {
                "description": "How many days requests are kept after the last thing that happened. What is "
                "older is erased daily: the person goes, the counts stay. Empty: kept for ever. Your privacy "
                "page promises a time, too; let both say the same.",
                "fields": [
                    "suspected_days",
                    "declined_days",
                    "missed_days",
                    "unanswered_days",
                    "talk_days",
                    "client_days",
                    "mail_days",
                ],
            },
        )
    ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        rules, now = RetentionRules.current(), timezone.now()
        context |= {
            "forecast": list(forecast(rules, at=now)),
            "mails": long_mails(rules, now).count(),
            "runs": RetentionRun.objects.all()[:RUNS_SHOWN],
        }
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(ConsentWording)
class ConsentWordingAdmin(ReadOnly, admin.ModelAdmin):
    """Read only: the words are changed on the booking page, and each change is kept here."""

    list_display = ["kind", "words", "since", "requests"]
    list_filter = ["kind"]
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentWording]:
        return ConsentWording.objects.annotate(
            agreed=Case(
                When(kind=ConsentWording.Kind.CONSENT, then=_requests_with("consent")),
                When(kind=ConsentWording.Kind.MAIL_CONSENT, then=_requests_with("mail_consent")),
                default=Value(None),
                output_field=IntegerField(),
            )
        )

    @admin.display(description="wording")
    def words(self, wording: ConsentWording) -> SafeString:
        return format_html("“{}”", wording.text)

    @admin.display(description="requests with these words", empty_value="not stored with a request")
    def requests(self, wording: Any) -> Any:
        return wording.agreed


def _requests_with(field: str) -> Any:
    """Counted by the words themselves, which each request keeps as its prospect read them."""
    same = BookingRequest.objects.filter(**{field: OuterRef("text")}).order_by()
    return Coalesce(Subquery(same.values(field).annotate(number=Count("pk")).values("number")), 0)
