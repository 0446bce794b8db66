"""Hears from a mail service which mails came back, or were reported as spam.

Off unless MAIL_WEBHOOK_SECRET is set. anymail knows how each service writes, and who may post here: whoever
knows the secret, by HTTP's basic authentication (RFC 7617).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from leads.models import Message

if TYPE_CHECKING:
    from anymail.signals import AnymailTrackingEvent  # type: ignore[import-untyped]

SERVICES = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sendgrid": "anymail.webhooks.sendgrid.SendGridTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}
"""Those that need no key of their own beside the secret."""

CAME_BACK = {
    "bounced": "It came back",
    "rejected": "The mail service refused to deliver it",
    "failed": "The mail service could not deliver it",
    "complained": "Its recipient reported it as spam",
}
"""What anymail calls it, and what staff read."""

OUR_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

REACHES_BACK = timedelta(days=7)
"""A mail server that tries for five days, which is common (RFC 5321, 4.5.4.1), and some."""

LONGEST_REASON = 300


@never_cache
@csrf_exempt
def mail_hook(request: HttpRequest, service: str) -> HttpResponse:
    if not settings.ANYMAIL or service not in SERVICES:
        raise Http404
    return _view_of(service)(request)


@cache
def _view_of(service: str) -> Callable[[HttpRequest], HttpResponse]:
    """Imported when first asked for: anymail belongs to larger installations."""
    from anymail.signals import tracking

    tracking.connect(note, dispatch_uid="leads.bounces")
    view: Callable[[HttpRequest], HttpResponse] = import_string(SERVICES[service]).as_view()
    return view


def note(event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """Marks the mail that an event is about. Good news, and mails that are not ours, change nothing."""
    what = CAME_BACK.get(event.event_type)
    message = _message_of(event) if what else None
    if message:
        reason = " ".join((event.mta_response or event.description or "").split())[:LONGEST_REASON]
        message.came_back(f"{what}: {reason}" if reason else f"{what}.")


def _message_of(event: AnymailTrackingEvent) -> Message | None:
    """By the key in our Message-ID; a service that gave it another one names the recipient at least."""
    sent = Message.objects.mails().filter(state=Message.State.SENT)
    if key := OUR_KEY.search(event.message_id or ""):
        return sent.filter(key=uuid.UUID(key[0])).first()
    recent = sent.filter(sent_at__gte=timezone.now() - REACHES_BACK)
    return recent.filter(recipient__iexact=event.recipient or "").order_by("-sent_at").first()
