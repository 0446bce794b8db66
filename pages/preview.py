"""A page as it would look: the draft before it is published, or an earlier publication.

It is the real page with a bar on top that says what it is. It is never stored, nor found by search engines.
A draft is also shown to whoever holds its link, which needs no sign-in and expires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages.content import Content, content_of
from pages.models import LandingPage
from pages.views import rendered

LIFETIME = timedelta(days=7)
NOT_TO_BE_FOUND = {"X-Robots-Tag": "noindex, nofollow, noarchive"}

_signer = Signer(salt="pages.preview")


@dataclass(frozen=True)
class Bar:
    """What stands on top of a page that is not quite the public one."""

    label: str
    text: str
    back_url: str = ""


@dataclass(frozen=True)
class EditLinks:
    """Where staff edit what they see: the page's own texts, and each section by its key."""

    page: str
    sections: Mapping[int, str]


def preview_url(page: LandingPage, *, at: datetime) -> str:
    """An address that shows the draft to anybody, for as long as LIFETIME says."""
    token = _signer.sign_object({"page": page.pk, "until": (at + LIFETIME).isoformat()})
    return settings.SITE_URL + reverse("preview", args=[token])


@never_cache
@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    try:
        promised = _signer.unsign_object(token)
    except BadSignature:
        raise Http404 from None
    until = datetime.fromisoformat(promised["until"])
    if until < timezone.now():
        expired = render_to_string("pages/preview_expired.html")
        return HttpResponse(expired, status=410, headers=NOT_TO_BE_FOUND)
    page = get_object_or_404(LandingPage, pk=promised["page"])
    last_day = date_format(until, "j F Y")
    return shown(content_of(page), Bar("Preview", f"This is a draft. Its link works until {last_day}."))


def shown(content: Content, bar: Bar, links: EditLinks | None = None) -> HttpResponse:
    """The page with its bar and, for staff, with a link at each place to edit it."""
    page = rendered(_with_links(content, links), template="pages/seen_by_few.html", bar=bar, edit=links)
    return HttpResponse(page, headers=NOT_TO_BE_FOUND)


def _with_links(content: Content, links: EditLinks | None) -> Content:
    if links is None:
        return content
    sections = [
        {**section, "edit_url": links.sections.get(section["id"], "")} for section in content["sections"]
    ]
    return {**content, "sections": sections}
