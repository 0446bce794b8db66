"""Reads what the owner set, and refuses what cannot be meant.

Each reader takes the name of a variable. An unset or empty variable gives the default; a value that
makes no sense raises `BadVariable`, whose text is one sentence for the owner. Only settings.py uses these.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


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
    value = text(name, default)
    if "@" in parseaddr(value)[1]:
        return value
    raise BadVariable(f"{name} must be an email address, not “{value}”.")


def split_url(name: str, value: str, *schemes: str) -> SplitResult:
    """`value` split, when its scheme is one of `schemes` and its port a number."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme in schemes:
        return parts
    known = " or ".join(f"{scheme}:" for scheme in schemes)
    # The value is not repeated: it may hold a password.
    raise BadVariable(f"{name} must be a URL that starts with {known}.")


def site_url(name: str, default: str) -> SplitResult:
    """Scheme and host of the public site, and nothing behind them."""
    value = text(name, default).rstrip("/")
    parts = split_url(name, value, "https", "http")
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username:
        raise BadVariable(f"{name} must be a scheme and a host, like https://example.com, not “{value}”.")
    return parts


def data_dir(name: str, default: Path) -> Path:
    """A folder that this process may write to; made, readable by its owner alone, when missing."""
    path = Path(text(name, str(default))).expanduser().absolute()
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
    if given := text(name):
        if len(given) < 32:
            raise BadVariable(f"{name} must have at least 32 characters; leave it out to have one made.")
        return given
    fresh = secrets.token_urlsafe(48)
    draft = kept_in.with_name(f".{kept_in.name}-{os.getpid()}")
    if not kept_in.exists():
        # Written whole before it takes its name, so that two first starts agree on one key.
        draft.touch(mode=0o600)
        draft.write_text(fresh)
        try:
            os.link(draft, kept_in)
        except FileExistsError:
            pass
        finally:
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
    config["CONN_MAX_AGE"] = None
    if parts.scheme == "sqlite":
        config["OPTIONS"] = SQLITE_OPTIONS
    else:
        config["CONN_HEALTH_CHECKS"] = True
    return config


# IMMEDIATE takes the write lock at the start of a transaction: a deferred one fails when it upgrades
# under contention. FULL keeps an acknowledged request over a power cut.
SQLITE_OPTIONS = {
    "timeout": 5,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def cache(name: str) -> dict[str, Any]:
    value = text(name, "locmem:")
    if split_url(name, value, "locmem", "redis", "rediss").scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": value}


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
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": local, "base_url": "/media/"},
        }
    parts = split_url(name, value, "s3")
    if not parts.hostname:
        raise BadVariable(
            f"{name} must name a bucket, like s3://key:secret@bucket?endpoint=https://s3.example.com."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.hostname,
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region"),
            "file_overwrite": False,
        },
    }
