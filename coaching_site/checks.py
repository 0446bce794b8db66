"""What `manage.py check` says about the machine that the site runs on."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import connection

from coaching_site.sqlite import SAFE_SINCE


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


@register()
def sqlite_is_safe(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """SQLite must not be of a version that can corrupt its file under two writers."""
    if connection.vendor != "sqlite" or settings.SQLITE_VERSION >= SAFE_SINCE:
        return []
    return [
        Error(
            f"This SQLite is {_dotted(settings.SQLITE_VERSION)}; before {_dotted(SAFE_SINCE)} its file "
            "can be corrupted when web and worker write at the same time.",
            hint="Install the pysqlite3 package, a newer Python, or set DATABASE_URL to a PostgreSQL server.",
            id="coaching_site.E001",
        )
    ]
