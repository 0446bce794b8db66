"""What was sent, what waits, and what failed."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin import columns
from leads.admin.exporting import ExportingAdmin
from leads.models import BookingRequest, Message

FATE = ["state", "attempts", "next_attempt_at", "last_error", "created_at", "sent_at"]
OF_A_MAIL: Any = ["booking", "kind", "recipient", "subject", "text", *FATE]
OF_A_WEBHOOK: Any = ["booking", "endpoint", "subject", "body", *FATE]


@admin.register(Message)
class MessageAdmin(ExportingAdmin):
    about = "Each mail and each webhook: sent, waiting, or failed and why."
    exports = "messages"
    list_display = ["what", "to", "badge", "attempts", "next_attempt", "last_error"]
    list_filter = ["state", "kind", "endpoint"]
    list_select_related = ["endpoint"]
    search_fields = ["recipient", "subject", "booking__name"]
    date_hierarchy = "created_at"
    list_per_page = 50
    actions = ["send_again", *ExportingAdmin.actions]
    change_form_template = "admin/leads/message/page.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).exclude(booking__in=BookingRequest.everything.canaries())

    @admin.display(ordering="kind")
    def what(self, message: Message) -> str:
        return str(message)

    @admin.display(description="to", ordering="recipient")
    def to(self, message: Message) -> str:
        return str(message.endpoint) if message.endpoint else message.recipient

    @admin.display(description="body")
    def body(self, message: Message) -> SafeString:
        """The JSON of a webhook, for reading; what is sent has no line breaks."""
        return format_html(
            '<pre class="answer">{}</pre>', json.dumps(json.loads(message.text), indent=2, ensure_ascii=False)
        )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return OF_A_WEBHOOK if obj and obj.is_webhook else OF_A_MAIL

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message: Message = context["original"]
        if message.is_webhook:
            context["attempts"] = message.attempt_log.all()
            context["may_repeat"] = message.is_repeatable and self.has_change_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description="state", ordering="state")
    def badge(self, message: Message) -> SafeString:
        return columns.badge(message.state, message.get_state_display())

    @admin.display(ordering="next_attempt_at", empty_value="none")
    def next_attempt(self, message: Message) -> Any:
        return message.next_attempt_at if message.state == Message.State.WAITING else None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A message is never edited; whoever could, may send a failed one again."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.send_one_again)
        return [path("<int:pk>/again/", again, name="leads_message_again"), *super().get_urls()]

    @method_decorator(require_POST)
    def send_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        message = get_object_or_404(Message, pk=pk)
        self.send_again(request, Message.objects.filter(pk=pk))
        if message.endpoint_id:
            return redirect("admin:leads_webhookendpoint_change", message.endpoint_id)
        return redirect("admin:leads_bookingrequest_change", message.booking_id)

    @admin.action(permissions=["change"], description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Failed mails, and webhooks whose endpoint is on."""
        now = timezone.now()
        chosen = list(queryset.select_related("endpoint"))
        sent = [message.send_again(at=now) for message in chosen if message.is_repeatable]
        for endpoint in {message.endpoint for message in chosen if message.endpoint}:
            endpoint.try_soon()
        if again := sum(sent):
            messages.success(request, f"Back in line: {_messages(again)}.")
        if skipped := len(chosen) - again:
            messages.warning(
                request, f"Skipped, because nothing is to be sent again there: {_messages(skipped)}."
            )


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"
