"""Error reports to a Sentry server, when the owner names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coaching_site import environment as env
from coaching_site.environment import BadVariable
from coaching_site.logs import masked

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start_sentry(name: str, dsn: str) -> None:
    env.split_url(name, dsn, "https", "http")
    env.require("sentry_sdk", name)
    import sentry_sdk
    from sentry_sdk.utils import BadDsn

    try:
        sentry_sdk.init(
            dsn=dsn,
            # What a prospect wrote can be in each of these.
            max_request_body_size="never",
            include_local_variables=False,
            max_breadcrumbs=0,
            before_send=without_persons,
        )
    except BadDsn as error:
        raise BadVariable(f"{name} must be a DSN as Sentry shows it: {error}.") from error


def without_persons(event: Event, hint: Hint) -> Event:
    """The event without who asked for what, and of each error only the first line.

    A database adds the rows concerned below it.
    """
    event.pop("request", None)
    event.pop("user", None)
    for error in event.get("exception", {}).get("values", []):
        error["value"] = masked((error.get("value") or "").partition("\n")[0])
    return event
