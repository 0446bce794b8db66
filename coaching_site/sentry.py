"""Error reports to a Sentry server, when the owner names one."""

from coaching_site.environment import BadVariable


def start_sentry(dsn: str) -> None:
    try:
        import sentry_sdk
    except ImportError as error:
        raise BadVariable(
            "SENTRY_DSN is set, but sentry-sdk is not installed: install requirements-server.txt."
        ) from error
    # Answers of prospects and addresses of visitors stay here.
    sentry_sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never")
