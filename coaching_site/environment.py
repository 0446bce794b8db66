"""Reads what the owner set, and refuses what cannot be meant.

Each reader takes the name of a variable. An unset or empty variable gives the default; a value that
makes no sense raises `BadVariable`, whose text is one sentence for the owner. Only settings.py uses these.
"""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email


class BadVariable(ImproperlyConfigured):
    """A variable of the environment, or what it points to, cannot be used."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def boolean(name: str) -> bool:
    value = text(name, "no").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadVariable(f"{name} must be yes or no, not “{value}”.")


def number(name: str, default: int, *, least: int = 0, most: int) -> int:
    value = text(name, str(default))
    if value.isdecimal() and least <= int(value) <= most:
        return int(value)
    raise BadVariable(f"{name} must be a whole number from {least} to {most}, not “{value}”.")


def choice(name: str, *allowed: str) -> str:
    """The first of `allowed` is the default."""
    value = text(name, allowed[0])
    if value in allowed:
        return value
    raise BadVariable(f"{name} must be {' or '.join(allowed)}, not “{value}”.")


def address(name: str, default: str) -> str:
    """A mail address, with or without a name: `Zen <zen@example.com>`."""
    if not (value := text(name)):
        return default
    try:
        validate_email(parseaddr(value)[1])
    except ValidationError:
        pass
    else:
        # A line break would make every mail fail.
        if value.isprintable():
            return value
    raise BadVariable(f"{name} must be an email address, not “{value}”.")


def split_url(name: str, value: str, *schemes: str) -> SplitResult:
    """`value` split, when its scheme is one of `schemes`. No error repeats it: it may hold a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise BadVariable(
            f"{name} cannot be read as a URL; in a password, / : @ # % are written %2F %3A %40 %23 %25."
        ) from error
    if parts.scheme in schemes:
        return parts
    known = " or ".join(f"{scheme}:" for scheme in schemes)
    raise BadVariable(f"{name} must be a URL that starts with {known}.")


def metrics_port(name: str, *, public: int) -> int:
    """A port for Prometheus; 0: none."""
    port = number(name, 0, most=65535)
    if port == public:
        raise BadVariable(f"{name} must not be PORT: what it tells is not for the public.")
    if port:
        require("prometheus_client", name)
    return port


def mail_webhook_secret(name: str) -> str:
    """What a mail service must know to say that a mail came back; empty: nobody may."""
    value = text(name)
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{20,100}", value):
        raise BadVariable(f"{name} must be 20 to 100 letters, digits, hyphens or underscores.")
    if value:
        require("anymail", name)
    return value


def require(package: str, name: str) -> None:
    """Refuses a variable whose value needs a package that only larger installations have."""
    if find_spec(package) is None:
        raise BadVariable(f"{name} needs the package {package}: install requirements-server.txt.")


# Letters, digits, dots and hyphens, or an IPv6 address; no `*`, which would let in any host.
SITE = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]+)?")


def site_url(name: str, default: str) -> SplitResult:
    """Scheme and host of the public site, and nothing behind them."""
    value = text(name, default).rstrip("/").lower()
    parts = split_url(name, value, "https", "http")
    if not SITE.fullmatch(value):
        raise BadVariable(f"{name} must be a scheme and a host, like https://example.com, not “{value}”.")
    return parts


def data_dir(name: str, default: Path) -> Path:
    """A folder that this process may write to; made, readable by its owner alone, when missing."""
    path = Path(os.path.expanduser(text(name, str(default)))).absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise BadVariable(f"{name} is {path}, where nothing can be written: {error.strerror}.") from error
    return path


def secret_key(name: str, kept_in: Path) -> str:
    """The owner's key, else one made once and kept in a file that only its owner may read."""
    if key := text(name):
        if len(key) < SHORTEST_KEY:
            raise BadVariable(
                f"{name} must have at least {SHORTEST_KEY} characters; leave it out to have one made."
            )
        return key
    try:
        key = _kept_key(kept_in)
    except OSError as error:
        raise BadVariable(f"{name} is kept in {kept_in}, which cannot be used: {error.strerror}.") from error
    if len(key) < SHORTEST_KEY:
        raise BadVariable(f"{name} is kept in {kept_in}, which is damaged; delete it to have one made.")
    return key


SHORTEST_KEY = 32


def _kept_key(kept_in: Path) -> str:
    if not kept_in.exists():
        # Written whole before it takes its name, so that two first starts agree on one key.
        draft = kept_in.with_name(f".{kept_in.name}-{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, kept_in)
        draft.unlink()
    return kept_in.read_text().strip()


def database(name: str, default: Path) -> dict[str, Any]:
    """Django's settings for a database URL: sqlite: or postgres:."""
    value = text(name, f"sqlite:///{default}")
    parts = split_url(name, value, "sqlite", "postgres", "postgresql")
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(value))
    except ValueError as error:
        raise BadVariable(f"{name} cannot be read as a database URL: {error}.") from error
    if config["NAME"] in {"", ":memory:"}:
        raise BadVariable(f"{name} must name a database, like postgres://user:password@host/name.")
    config["CONN_MAX_AGE"] = None
    if parts.scheme == "sqlite":
        config["ENGINE"] = "coaching_site.sqlite"
        config["OPTIONS"] = SQLITE_OPTIONS
    else:
        require("psycopg", name)
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {"connect_timeout": 5} | config.get("OPTIONS", {})
    return config


# IMMEDIATE takes the write lock at the start of a transaction: a deferred one fails when it upgrades
# under contention. FULL keeps an acknowledged request over a power cut.
# The timeout is that of the line, which goes on while one waits in it; gunicorn's own is thirty seconds.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def cache(name: str) -> dict[str, Any]:
    """Redis, else a table of the database: all processes must count the same attempts to sign in."""
    value = text(name)
    if not value:
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}
    if split_url(name, value, "locmem", "redis", "rediss").scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    require("redis", name)
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": value,
        "OPTIONS": REDIS_OPTIONS,
    }


# Seconds. One that hangs must not hold the few threads that serve everybody.
REDIS_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 1}


@dataclass(frozen=True)
class Email:
    """How mail leaves: Django's backend, and for SMTP its server."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def email(name: str) -> Email:
    """`smtp://user:password@host:25`, `smtp+tls://` (STARTTLS), `smtp+ssl://`, `console:`; unset: files."""
    if not (value := text(name)):
        return Email("coaching_site.mail.FileBackend")
    parts = split_url(name, value, "smtp", "smtp+tls", "smtp+ssl", "console")
    if parts.scheme == "console":
        return Email("django.core.mail.backends.console.EmailBackend")
    if not parts.hostname:
        raise BadVariable(
            f"{name} must name a mail server, like smtp+tls://user:password@mail.example.com:587."
        )
    return Email(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=parts.scheme == "smtp+tls",
        use_ssl=parts.scheme == "smtp+ssl",
    )


def media_storage(name: str, local: Path) -> dict[str, Any]:
    """Where uploads are kept: files in `local`, else `s3://key:secret@bucket?endpoint=https://…&region=…`."""
    if not (value := text(name)):
        return {
            "BACKEND": "coaching_site.media.WholeFiles",
            "OPTIONS": {"location": local, "base_url": "/media/"},
        }
    parts = split_url(name, value, "s3")
    if not parts.hostname:
        raise BadVariable(
            f"{name} must name a bucket, like s3://key:secret@bucket?endpoint=https://s3.example.com."
        )
    require("storages", name)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
            # A name stands for its content, so a file of the same name is the same file.
            "file_overwrite": True,
        },
    }
