"""What the list of requests can be narrowed to, beside its own fields.

Every list of choices has a bound, and every filter an order that an index serves: see `bench.staff_lists`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone

from leads.admin.verbs import staff_of
from leads.models import BookingRequest, CallRules, Stage, Status, Tag
from leads.models.booking_queryset import BookingRequestQuerySet as Requests
from leads.models.hours import LONGEST_CALL
from pages.models import LandingPage

MOST_CHOICES = 50
NONE = "none"


class Filter(admin.SimpleListFilter):
    """One that is always shown, however few choices it has, and knows the words of the queryset."""

    def has_output(self) -> bool:
        return True

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.options(request))

    def queryset(self, request: HttpRequest, queryset: Any) -> Requests:
        value = self.value()
        return self.narrow(queryset, value, request) if value else queryset

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        raise NotImplementedError

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        raise NotImplementedError


FOLDED = "admin/leads/bookingrequest/folded_filter.html"
"""For filters that are seldom needed: closed until one is chosen."""


class FoldedChoices(admin.ChoicesFieldListFilter):
    template = FOLDED


class AtStage(Filter):
    title = "stage"
    parameter_name = "stage"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return Stage.choices

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        return requests.at_stage(Stage(value)) if value in Stage.values else requests.none()

    def queryset(self, request: HttpRequest, queryset: Any) -> Requests:
        """Suspected spam stands in the way of nobody, but whoever looks for somebody finds them there too."""
        if not self.value() and not request.GET.get("q") and "status__exact" not in request.GET:
            return queryset.exclude(status=Status.SUSPECTED)  # type: ignore[no-any-return]
        return super().queryset(request, queryset)


class NextAction(Filter):
    title = "next action"
    parameter_name = "next"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return [
            ("overdue", "Overdue"),
            ("today", "For today"),
            ("week", "By Sunday"),
            ("any", "Any"),
            (NONE, "None planned"),
        ]

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        today = CallRules.current().day_of(timezone.now())
        sunday = today + timedelta(days=6 - today.weekday())
        soonest = requests.order_by("next_action_on", "pk")
        match value:
            case "overdue":
                return soonest.filter(next_action_on__lt=today)
            case "today":
                return soonest.filter(next_action_on=today)
            case "week":
                return soonest.with_next_action_due(sunday)
            case "any":
                return soonest.filter(next_action_on__isnull=False)
            case "none":
                return requests.filter(next_action_on=None)
        return requests.none()


class AssignedTo(Filter):
    title = "assigned"
    parameter_name = "assigned"

    def options(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        yield from [("me", "To me"), (NONE, "To nobody")]
        for user in User.objects.filter(is_staff=True).exclude(pk=staff_of(request).pk)[:MOST_CHOICES]:
            yield str(user.pk), user.get_full_name() or user.username

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        if value == NONE:
            return requests.assigned_to(None)
        if value == "me":
            return requests.assigned_to(staff_of(request))
        return requests.filter(assigned_to=int(value)) if value.isdecimal() else requests.none()


class Tagged(Filter):
    title = "tag"
    parameter_name = "tag"

    def options(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        for tag in Tag.objects.all()[:MOST_CHOICES]:
            yield str(tag.pk), tag.name

    def has_output(self) -> bool:
        return bool(self.lookup_choices or self.value())

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        return requests.filter(tags=int(value)) if value.isdecimal() else requests.none()


class Received(Filter):
    """By the coach's calendar, in which the desk tells every time."""

    title = "received"
    parameter_name = "received"
    DAYS = {"today": 0, "7": 6, "28": 27}

    def options(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        yield from [("today", "Today"), ("7", "In the last 7 days"), ("28", "In the last 28 days")]
        first = BookingRequest.objects.order_by("created_at").values_list("created_at", flat=True).first()
        this_year = timezone.localdate().year
        for year in range(this_year, (timezone.localdate(first).year if first else this_year) - 1, -1):
            yield str(year), str(year)

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        newest = requests.order_by("-created_at", "-pk")
        if value in self.DAYS:
            first_day = timezone.localdate() - timedelta(days=self.DAYS[value])
            begins = timezone.make_aware(datetime.combine(first_day, time()))
            return newest.filter(created_at__gte=begins)
        if value.isdecimal() and 1900 <= int(value) < 9999:
            year = int(value)
            return newest.filter(created_at__gte=_new_year(year), created_at__lt=_new_year(year + 1))
        return requests.none()


class SourcePage(Filter):
    """The landing pages of today; the pages that requests name are too many to look through for each list."""

    title = "source page"
    template = FOLDED
    parameter_name = "source_page"

    def options(self, request: HttpRequest) -> Iterator[tuple[str, str]]:
        for slug in LandingPage.objects.order_by("slug").values_list("slug", flat=True)[:MOST_CHOICES]:
            yield slug, slug
        yield NONE, "Direct"

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        return requests.filter(source_page="" if value == NONE else value)


class MailConsent(Filter):
    title = "mail consent"
    template = FOLDED
    parameter_name = "mail"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return [("given", "Given"), ("not-given", "Not given")]

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        match value:
            case "given":
                return requests.exclude(mail_consent="")
            case "not-given":
                return requests.filter(mail_consent="")
        return requests.none()


class CallTime(Filter):
    """Only requests whose time counts: what was declined or cancelled has no call."""

    title = "time of the call"
    template = FOLDED
    parameter_name = "call"

    def options(self, request: HttpRequest) -> Iterable[tuple[str, str]]:
        return [
            ("upcoming", "Upcoming"),
            ("past", "Past"),
            (NONE, "No time"),
            ("line", "Waiting list"),
        ]

    def narrow(self, requests: Requests, value: str, request: HttpRequest) -> Requests:
        now = timezone.now()
        match value:
            case "upcoming":
                soon = requests.in_the_calendar().order_by("starts_at", "pk")
                return soon.filter(starts_at__gt=now - LONGEST_CALL, ends_at__gt=now)
            case "past":
                latest = requests.in_the_calendar().order_by("-starts_at", "-pk")
                return latest.filter(starts_at__lt=now, ends_at__lte=now)
            case "none":
                return requests.filter(starts_at=None)
            case "line":
                return requests.waiting_list().order_by("created_at", "pk")
        return requests.none()


def _new_year(year: int) -> datetime:
    return timezone.make_aware(datetime(year, 1, 1))  # noqa: DTZ001 (in the zone of the desk)
