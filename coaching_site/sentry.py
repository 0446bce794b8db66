"""Error reports to a Sentry server, when the owner names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coaching_site import environment as env
from coaching_site.environment import BadVariable

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start_sentry(name: str, dsn: str) -> None:
    env.split_url(name, dsn, "https", "http")
    env.require("sentry_sdk", name)
    import sentry_sdk
    from sentry_sdk.utils import BadDsn

    # Answers of prospects and addresses of visitors stay here: also those in local variables, and in
    # the log lines and queries that led to an error.
    try:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
            max_breadcrumbs=0,
            before_send=without_request,
        )
    except BadDsn as error:
        raise BadVariable(f"{name} must be a DSN as Sentry shows it: {error}.") from error


def without_request(event: Event, hint: Hint) -> Event:
    """The event without what was asked for: an address on this site may hold a prospect's secret."""
    event.pop("request", None)
    return event
