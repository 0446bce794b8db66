"""Who is counted: people who do not mind, and no machine."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest

MACHINES = re.compile(
    r"(?<!cu)bot\b|(?<!cu)bot[/_;-]|crawl|spider|slurp|archiver|preview|monitor|uptime|pingdom|lighthouse"
    r"|headless|facebookexternalhit|whatsapp/|embedly|feed|curl|wget|python|java/|go-http|okhttp|axios|libwww",
    re.IGNORECASE,
)
"""Parts of the names by which crawlers, previewers, monitors and programs call themselves.

Cubot makes telephones."""


def is_counted(request: HttpRequest) -> bool:
    """Not those who ask not to be, by Global Privacy Control (W3C draft, `Sec-GPC`) or Do Not Track (`DNT`).

    Nor machines that say what they are, pages that a browser fetches in case they are wanted, and staff
    who are signed in.
    """
    headers = request.headers
    asks_not_to_be = headers.get("Sec-GPC") == "1" or headers.get("DNT") == "1"
    is_in_advance = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    is_staff = settings.SESSION_COOKIE_NAME in request.COOKIES
    return not (asks_not_to_be or is_in_advance or is_staff or is_machine(headers.get("User-Agent", "")))


def is_machine(user_agent: str) -> bool:
    return not user_agent or MACHINES.search(user_agent) is not None
