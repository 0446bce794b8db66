"""The security headers of every page, and the few of them that a static file needs.

Sources: the Content Security Policy (W3C CSP Level 3), and the OWASP HTTP Headers cheat sheet.
"""

from collections.abc import Callable
from wsgiref.headers import Headers

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
    ]
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    # Everything that a page shows comes from this site, so it may as well be said.
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

OF_EVERY_ANSWER = [*SECURITY_HEADERS.items(), ("X-Content-Type-Options", "nosniff")]
"""For what is answered before Django is asked, which adds the others."""


class SecurityHeaders:
    """Adds what Django 5.2 has no setting for; a view that set a header itself keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def add_to_static_file(headers: Headers, path: str, url: str) -> None:
    """A file that is the same for everyone needs no more: the other headers are about documents.

    On a stylesheet they would weigh as much as what it says, and a first visit waits for three.
    """
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["X-Content-Type-Options"] = "nosniff"
