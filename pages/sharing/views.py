from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.content import Content
from pages.models import Publication
from pages.sharing.picture import digest_of, kept, picture_url

HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    # Made to be shown elsewhere.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@require_safe
def sharing_picture(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """The picture of a page that readers see. An address from before an edit leads to the newest one."""
    content = _live_content(slug)
    if digest != digest_of(content):
        return HttpResponseRedirect(picture_url(content), headers={"Cache-Control": "no-cache"})
    return HttpResponse(kept(content), content_type="image/png", headers=HEADERS)


def _live_content(slug: str) -> Content:
    """Of the page that answers at an address, or that moved away from it."""
    found = Publication.objects.answering(Q(slug=slug), at=timezone.now())
    return get_object_or_404(found, kind=Publication.Kind.PAGE).content or {}
