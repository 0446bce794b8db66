"""What the list of requests can be narrowed to, beside its own fields."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from leads.models.booking_queryset import BookingRequestQuerySet


class MailConsent(admin.SimpleListFilter):
    title = "mail consent"
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("given", "Given"), ("not-given", "Not given")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "given":
                return queryset.exclude(mail_consent="")
            case "not-given":
                return queryset.filter(mail_consent="")
        return queryset


class CallTime(admin.SimpleListFilter):
    title = "time of the call"
    parameter_name = "call"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("upcoming", "Upcoming"),
            ("past", "Past"),
            ("none", "No time"),
            ("line", "Waiting list"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> BookingRequestQuerySet:
        """Only requests whose time counts: what was declined or cancelled has no call."""
        requests: BookingRequestQuerySet = queryset
        now = timezone.now()
        match self.value():
            case "upcoming":
                return requests.in_the_calendar().filter(ends_at__gt=now).order_by("starts_at")
            case "past":
                return requests.in_the_calendar().filter(ends_at__lte=now).order_by("-starts_at")
            case "none":
                return requests.filter(starts_at=None)
            case "line":
                return requests.waiting_list().order_by("created_at")
        return requests
