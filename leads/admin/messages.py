"""What was sent, what waits, and what failed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from leads.admin import columns
from leads.models import Message

FACTS: Any = [
    "booking",
    "kind",
    "recipient",
    "subject",
    "text",
    "state",
    "attempts",
    "next_attempt_at",
    "last_error",
    "created_at",
    "sent_at",
]


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin):
    list_display = ["kind", "recipient", "badge", "attempts", "next_attempt", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["recipient", "booking__name"]
    date_hierarchy = "created_at"
    list_per_page = 50
    fields = FACTS
    readonly_fields = FACTS
    actions = ["send_again"]

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
        return redirect("admin:leads_bookingrequest_change", message.booking_id)

    @admin.action(permissions=["change"], description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        chosen, failed = queryset.count(), list(queryset.filter(state=Message.State.FAILED))
        for message in failed:
            message.send_again(at=timezone.now())
        if failed:
            messages.success(request, f"Back in line: {_messages(len(failed))}.")
        if skipped := chosen - len(failed):
            messages.warning(request, f"Skipped, because nothing failed there: {_messages(skipped)}.")


def _messages(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"
