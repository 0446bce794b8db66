"""Webhooks: where they go, how the receivers answer, and what staff can do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin import columns
from leads.admin.verbs import staff_of
from leads.models import Message, WebhookAttempt, WebhookEndpoint, WebhookEvent
from leads.webhooks import payload

CALLS_SHOWN = 25
WANTED = [f"wants_{event}" for event in WebhookEvent.values]


def _send_test(endpoint: WebhookEndpoint, by: User, at: datetime) -> str:
    payload.send_test(endpoint, at=at)
    return "The worker sends a test within seconds. Look at this page again to see the answer."


def _change_secret(endpoint: WebhookEndpoint, by: User, at: datetime) -> str:
    endpoint.change_secret(at=at)
    return (
        "There is a new secret. The one before signs beside it for 24 hours: give the receiver the new one."
    )


def _switch_on(endpoint: WebhookEndpoint, by: User, at: datetime) -> str:
    endpoint.switch_on()
    return "Switched on. What happens from now on is told; send again below what it missed."


def _switch_off(endpoint: WebhookEndpoint, by: User, at: datetime) -> str:
    endpoint.switch_off(f"By {by.get_full_name() or by.get_username()}.", at=at)
    return "Switched off. Nothing is told until it is switched on again."


VERBS: dict[str, Callable[[WebhookEndpoint, User, datetime], str]] = {
    "test": _send_test,
    "secret": _change_secret,
    "on": _switch_on,
    "off": _switch_off,
}
"""What a button does; each gives the sentence that is said afterwards."""


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(admin.ModelAdmin):
    about = "A webhook tells another program, such as a CRM, what becomes of each request."
    list_display = ["name", "host", "state", "last_answer", "waiting"]
    change_form_template = "admin/leads/webhookendpoint/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        last = WebhookAttempt.objects.filter(message__endpoint=OuterRef("pk"))
        return WebhookEndpoint.objects.annotate(
            last_at=Subquery(last.values("at")[:1]),
            last_status=Subquery(last.values("status")[:1]),
            last_error=Subquery(last.values("error")[:1]),
            waiting_count=Count("messages", filter=Q(messages__state=Message.State.WAITING)),
        )

    @admin.display(description="goes to")
    def host(self, endpoint: WebhookEndpoint) -> str:
        return urlsplit(endpoint.url).hostname or ""

    @admin.display(description="state")
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        if endpoint.off_at:
            return columns.badge("off", "Off")
        if endpoint.failing_since:
            since = columns.ago(endpoint.failing_since, at=timezone.now())
            return format_html("{} since {}", columns.badge("failed", "Fails"), since)
        return columns.badge("sent", "On")

    @admin.display(description="last answer")
    def last_answer(self, endpoint: Any) -> SafeString | str:
        if endpoint.last_at is None:
            return "Not called yet"
        ago = columns.ago(endpoint.last_at, at=timezone.now())
        return format_html("{}, {}", endpoint.last_status or endpoint.last_error.rstrip("."), ago)

    @admin.display(description="waiting calls", ordering="waiting_count")
    def waiting(self, endpoint: Any) -> int:
        count: int = endpoint.waiting_count
        return count

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address may hold a key, so it is shown to those alone who may change it."""
        may_change = obj is None or self.has_change_permission(request, obj)
        return [
            (None, {"fields": ["name", "url" if may_change else "host"]}),
            ("It is told when", {"fields": WANTED}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["host"]

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """Saves what staff changed and nothing else: the worker may be noting what was answered."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=form.changed_data)

    def response_post_save_add(self, request: HttpRequest, obj: WebhookEndpoint) -> Any:
        """On to the secret, which the receiver needs."""
        return redirect("admin:leads_webhookendpoint_change", obj.pk)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        endpoint: WebhookEndpoint | None = context["original"]
        if endpoint:
            may_change = self.has_change_permission(request, endpoint)
            context |= {
                "secret": endpoint.secret if may_change else "",
                "state": self.state(endpoint),
                "standing": _standing(endpoint),
                "may_change": may_change,
                "old_secret_counts": len(endpoint.secrets_at(timezone.now())) > 1,
                "calls": _last_calls(endpoint) if request.user.has_perm("leads.view_message") else [],
                "may_repeat": request.user.has_perm("leads.change_message"),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A webhook goes with its calls, though nobody may delete those by themselves."""
        to_delete, counts, _, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, set(), protected

    def get_urls(self) -> list[URLPattern]:
        do = self.admin_site.admin_view(self.carry_out)
        return [path("<int:pk>/<slug:verb>/do/", do, name="leads_webhookendpoint_do"), *super().get_urls()]

    @method_decorator(require_POST)
    def carry_out(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        endpoint = get_object_or_404(WebhookEndpoint, pk=pk)
        if not self.has_change_permission(request, endpoint):
            raise PermissionDenied
        if verb not in VERBS:
            raise Http404
        messages.success(request, VERBS[verb](endpoint, staff_of(request), timezone.now()))
        return redirect("admin:leads_webhookendpoint_change", pk)


def _standing(endpoint: WebhookEndpoint) -> str:
    """What is to say beside the state: why it is off, or when a failing one is tried next."""
    if endpoint.off_at:
        return f" since {_in_words(endpoint.off_at)}. {endpoint.off_reason}"
    if not endpoint.failing_since:
        return ""
    count = endpoint.failures
    story = f", {count} attempt{'' if count == 1 else 's'} in a row."
    if endpoint.rests_until and endpoint.rests_until > timezone.now():
        story += f" Not called again before {_in_words(endpoint.rests_until)}."
    return story


def _in_words(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "DATETIME_FORMAT")


def _last_calls(endpoint: WebhookEndpoint) -> QuerySet[Message]:
    """The newest calls, each with what was answered last."""
    last = WebhookAttempt.objects.filter(message=OuterRef("pk"))
    return endpoint.messages.select_related("booking").annotate(
        last_at=Subquery(last.values("at")[:1]),
        last_status=Subquery(last.values("status")[:1]),
        last_answer=Subquery(last.values("answer")[:1]),
        milliseconds=Subquery(last.values("milliseconds")[:1]),
    )[:CALLS_SHOWN]
