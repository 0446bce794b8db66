"""For whoever watches the site: is it alive, and can it do its work."""

from django.http import HttpRequest, HttpResponse


def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("alive\n", content_type="text/plain")
