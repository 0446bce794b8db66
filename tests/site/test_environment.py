"""What the owner may set: what each variable does, and the sentence for what cannot be meant."""

import os
import runpy
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from coaching_site import environment as env
from coaching_site.environment import BadVariable

SETTINGS = Path(env.__file__).with_name("settings.py")
VARIABLES = [
    *["SITE_URL", "SECRET_KEY", "DEBUG", "DATA_DIR", "DATABASE_URL", "CACHE_URL", "EMAIL_URL"],
    *["DEFAULT_FROM_EMAIL", "STAFF_EMAIL", "MEDIA_STORAGE_URL", "TRUSTED_PROXIES", "LOG_FORMAT"],
    *["SENTRY_DSN", "PORT", "CANARY_MINUTES", "METRICS_PORT", "MAIL_WEBHOOK_SECRET"],
]


class Owner:
    """Somebody who sets variables and looks at the settings that come of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.monkeypatch = monkeypatch
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("DATA_DIR", str(folder))

    def settings(self, **variables: str) -> dict[str, Any]:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Owner:
    return Owner(monkeypatch, tmp_path)


def test_empty_environment_is_safe(owner: Owner, tmp_path: Path) -> None:
    settings = owner.settings()

    assert settings["DEBUG"] is False
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["TRUSTED_PROXIES"] == 0
    assert "SECURE_PROXY_SSL_HEADER" not in settings
    assert settings["SECRET_KEY"] == (tmp_path / "secret_key").read_text()
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "site.sqlite3")
    assert settings["EMAIL_BACKEND"] == "coaching_site.mail.FileBackend"


def test_empty_variable_counts_as_unset(owner: Owner) -> None:
    settings = owner.settings(SITE_URL="", DEBUG=" ", SECRET_KEY="", EMAIL_URL="", TRUSTED_PROXIES="")

    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["DEBUG"] is False


def test_https_site_is_closed_to_http(owner: Owner) -> None:
    settings = owner.settings(SITE_URL="https://Example.com/")

    assert settings["SITE_URL"] == "https://example.com"
    assert settings["ALLOWED_HOSTS"] == ["example.com", "127.0.0.1", "localhost", "[::1]"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://example.com"]
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_SSL_HOST"] == "example.com"
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert settings["DEFAULT_FROM_EMAIL"] == "site@example.com"


def test_proxy_is_believed_only_when_named(owner: Owner) -> None:
    settings = owner.settings(TRUSTED_PROXIES="1")

    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_notices_to_staff_go_to_the_bare_address(owner: Owner) -> None:
    settings = owner.settings(STAFF_EMAIL="The desk <desk@example.com>")

    assert settings["STAFF_EMAIL"] == "desk@example.com"


SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp://mail.example.com",
            env.Email(SMTP, "mail.example.com", 25),
        ),
        (
            "smtp+tls://zen:p%40ss@mail.example.com",
            env.Email(SMTP, "mail.example.com", 587, "zen", "p@ss", use_tls=True),
        ),
        ("smtp+ssl://mail.example.com:1465", env.Email(SMTP, "mail.example.com", 1465, use_ssl=True)),
        ("console:", env.Email("django.core.mail.backends.console.EmailBackend")),
        ("", env.Email("coaching_site.mail.FileBackend")),
    ],
)
def test_email_url_names_how_mail_leaves(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: env.Email
) -> None:
    monkeypatch.setenv("EMAIL_URL", url)

    assert env.email("EMAIL_URL") == expected


def test_postgres_is_checked_before_use_and_does_not_keep_a_start_waiting(owner: Owner) -> None:
    database = owner.settings(DATABASE_URL="postgres://zen:secret@db.example.com/site")["DATABASES"][
        "default"
    ]

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["HOST"], database["NAME"], database["USER"]) == ("db.example.com", "site", "zen")
    assert database["CONN_HEALTH_CHECKS"] is True
    assert database["OPTIONS"] == {"connect_timeout": 5}


def test_uploads_may_be_kept_in_a_bucket(owner: Owner) -> None:
    settings = owner.settings(MEDIA_STORAGE_URL="s3://key:s%2Fcret@pictures?endpoint=https://s3.example.com")

    assert settings["STORAGES"]["default"]["OPTIONS"] == {
        "bucket_name": "pictures",
        "access_key": "key",
        "secret_key": "s/cret",
        "endpoint_url": "https://s3.example.com",
        "region_name": None,
        "file_overwrite": True,
    }


NUMBER = "must be a whole number from {} to {}, not “{}”."
SITE = "must be a scheme and a host, like https://example.com, not “{}”."
ADDRESS = "must be an email address, not “{}”."
SCHEME = "must be a URL that starts with {}."
UNREADABLE = "cannot be read as a URL; in a password, / : @ # % are written %2F %3A %40 %23 %25."
NO_DATABASE = "must name a database, like postgres://user:password@host/name."
NO_SERVER = "must name a mail server, like smtp+tls://user:password@mail.example.com:587."
NO_BUCKET = "must name a bucket, like s3://key:secret@bucket?endpoint=https://s3.example.com."


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DEBUG", "maybe", "must be yes or no, not “maybe”."),
        ("PORT", "http", NUMBER.format(1, 65535, "http")),
        ("PORT", "0", NUMBER.format(1, 65535, "0")),
        ("PORT", "65536", NUMBER.format(1, 65535, "65536")),
        ("METRICS_PORT", "8000", "must not be PORT: what it tells is not for the public."),
        ("CANARY_MINUTES", "1441", NUMBER.format(0, 1440, "1441")),
        ("MAIL_WEBHOOK_SECRET", "short", "must be 20 to 100 letters, digits, hyphens or underscores."),
        ("TRUSTED_PROXIES", "-1", NUMBER.format(0, 9, "-1")),
        ("TRUSTED_PROXIES", "all", NUMBER.format(0, 9, "all")),
        ("LOG_FORMAT", "xml", "must be text or json, not “xml”."),
        ("SITE_URL", "example.com", SCHEME.format("https: or http:")),
        ("SITE_URL", "https://", SITE.format("https:")),
        ("SITE_URL", "https://*", SITE.format("https://*")),
        ("SITE_URL", "https://.example.com", SITE.format("https://.example.com")),
        ("SITE_URL", "https://example.com/blog", SITE.format("https://example.com/blog")),
        ("SITE_URL", "https://a b.example", SITE.format("https://a b.example")),
        ("SITE_URL", "https://me@example.com", SITE.format("https://me@example.com")),
        ("SITE_URL", "https://example.com:port", UNREADABLE),
        ("SECRET_KEY", "short", "must have at least 32 characters; leave it out to have one made."),
        ("DEFAULT_FROM_EMAIL", "Zen", ADDRESS.format("Zen")),
        ("DEFAULT_FROM_EMAIL", "Zen\n <a@b.example>", ADDRESS.format("Zen\n <a@b.example>")),
        ("STAFF_EMAIL", "desk@", ADDRESS.format("desk@")),
        ("DATABASE_URL", "mysql://host/name", SCHEME.format("sqlite: or postgres: or postgresql:")),
        ("DATABASE_URL", "postgres://host", NO_DATABASE),
        ("DATABASE_URL", "sqlite://", NO_DATABASE),
        ("DATABASE_URL", "postgres://zen:pa/ss@host/name", UNREADABLE),
        ("CACHE_URL", "memcached://host", SCHEME.format("locmem: or redis: or rediss:")),
        ("EMAIL_URL", "host", SCHEME.format("smtp: or smtp+tls: or smtp+ssl: or console:")),
        ("EMAIL_URL", "smtp://", NO_SERVER),
        ("EMAIL_URL", "smtp://zen:pa/ss@host", UNREADABLE),
        ("MEDIA_STORAGE_URL", "https://bucket", SCHEME.format("s3:")),
        ("MEDIA_STORAGE_URL", "s3://", NO_BUCKET),
        ("SENTRY_DSN", "on", SCHEME.format("https: or http:")),
        ("SENTRY_DSN", "https://example.com", "must be a DSN as Sentry shows it: Missing public key."),
    ],
)
def test_bad_value_is_refused_in_a_sentence(owner: Owner, name: str, value: str, complaint: str) -> None:
    with pytest.raises(BadVariable) as refusal:
        owner.settings(**{name: value})

    assert str(refusal.value) == f"{name} {complaint}"


def test_missing_package_is_named() -> None:
    with pytest.raises(BadVariable) as refusal:
        env.require("no_such_package", "CACHE_URL")

    assert str(refusal.value) == (
        "CACHE_URL needs the package no_such_package: install requirements-server.txt."
    )


# --- The folder and the key


def test_data_dir_is_made_for_its_owner_alone(owner: Owner, tmp_path: Path) -> None:
    owner.settings(DATA_DIR=str(tmp_path / "new" / "var"))

    assert stat.S_IMODE((tmp_path / "new" / "var").stat().st_mode) == 0o700


def test_data_dir_below_a_file_is_refused(owner: Owner, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadVariable) as refusal:
        owner.settings(DATA_DIR=str(tmp_path / "file" / "var"))

    assert str(refusal.value) == (
        f"DATA_DIR is {tmp_path}/file/var, where nothing can be written: Not a directory."
    )


def test_secret_key_is_made_once_and_only_its_owner_reads_it(owner: Owner, tmp_path: Path) -> None:
    first, second = owner.settings()["SECRET_KEY"], owner.settings()["SECRET_KEY"]

    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["secret_key"]


def test_parallel_first_starts_agree_on_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with ThreadPoolExecutor(8) as starts:
        keys = list(starts.map(lambda _: env.secret_key("SECRET_KEY", tmp_path / "secret_key"), range(40)))

    assert set(keys) == {(tmp_path / "secret_key").read_text()}


def test_damaged_key_is_not_used(owner: Owner, tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()

    with pytest.raises(BadVariable) as refusal:
        owner.settings()

    assert str(refusal.value) == (
        f"SECRET_KEY is kept in {tmp_path}/secret_key, which is damaged; delete it to have one made."
    )


def test_example_file_names_every_variable() -> None:
    lines = (Path(__file__).parents[2] / ".env.example").read_text().splitlines()

    assert {line.lstrip("#").split("=")[0] for line in lines if line[:2] != "# " and "=" in line} == set(
        VARIABLES
    )
