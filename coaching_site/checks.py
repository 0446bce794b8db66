"""What `manage.py check` says about the machine that the site runs on."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

from coaching_site.sqlite import SAFE_SINCE


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@checks.register()
def sqlite_is_safe(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """SQLite must not be of a version that can corrupt its file under two writers.

    A public site refuses to start on one; to try the site out, a warning will do.
    """
    if connection.vendor != "sqlite" or settings.SQLITE_VERSION >= SAFE_SINCE:
        return []
    kind = checks.Error if settings.HTTPS else checks.Warning
    return [
        kind(
            f"This SQLite is {_dotted(settings.SQLITE_VERSION)}; before {_dotted(SAFE_SINCE)} its file "
            "can be corrupted when web and worker write at the same time.",
            hint="Install the pysqlite3 package, a newer Python, or set DATABASE_URL to a PostgreSQL server.",
            id="coaching_site.E001" if settings.HTTPS else "coaching_site.W001",
        )
    ]
