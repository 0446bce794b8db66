"""Where a prospect came from, without a script or a cookie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.http.request import split_domain_port

from leads.counting.sources import UNKNOWN, source_name
from leads.fields import limit_of
from leads.guard import is_own_url

PARAMETERS = {
    "source_page": "from",
    "source_cta": "cta",
    "utm_source": "utm_source",
    "utm_medium": "utm_medium",
    "utm_campaign": "utm_campaign",
    "utm_term": "utm_term",
    "utm_content": "utm_content",
    "source_name": "via",
}
"""The parameter of an address, or the hidden field of the form, that fills each field of a request."""


@dataclass(frozen=True)
class Source:
    """The page and button that led to the form, and the campaign that led to the page."""

    source_page: str = ""
    source_cta: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    source_name: str = UNKNOWN
    """What the counters call it: after the campaign, else after the site that the page's script named."""

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """Read from the form or the address; a campaign that neither names, from the page before.

        The site's pages are the same bytes for everyone, so their links cannot repeat a campaign. But
        the browser tells us the full address of our own page that the visitor comes from.
        """
        sent = request.POST if request.method == "POST" else request.GET
        before = _query_before(request)
        values = {field: sent.get(name) or "" for field, name in PARAMETERS.items()}
        for field, value in values.items():
            if not value and field.startswith("utm_"):
                values[field] = before.get(field) or ""
        told = values["utm_source"] or values["source_name"] or before.get("ref") or ""
        values["source_name"] = named(told, request)
        return cls(**{field: _clean(field, value) for field, value in values.items()})

    def as_fields(self) -> dict[str, str]:
        """What the form carries along, by the names that `of` reads."""
        fields = {name: getattr(self, field) for field, name in PARAMETERS.items()}
        return {name: value for name, value in fields.items() if value not in {"", UNKNOWN}}


def named(told: str, request: HttpRequest) -> str:
    """The name of a source, or that it is this site itself."""
    host, _ = split_domain_port(request.get_host())
    return source_name(told, own_host=host)


def _query_before(request: HttpRequest) -> QueryDict:
    referer = request.headers.get("Referer", "")
    if not is_own_url(referer, request):
        return QueryDict()
    try:
        return QueryDict(urlsplit(referer).query)
    except TooManyFieldsSent:
        return QueryDict()


def _clean(field: str, value: str) -> str:
    """Printable, and as long as the request can keep: a campaign is never worth an error."""
    printable = "".join(letter for letter in value if letter.isprintable()).strip()
    return printable[: limit_of(field)]
