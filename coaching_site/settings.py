"""All settings. This is the only place that reads the environment, and an empty environment is safe."""

from email.utils import parseaddr
from pathlib import Path

from coaching_site import environment as env
from coaching_site.headers import add_to_static_file
from coaching_site.sign_in.settings import *  # noqa: F403
from coaching_site.sqlite import prefer_safe_library

SQLITE_VERSION = prefer_safe_library()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir("DATA_DIR", BASE_DIR / "var")

# --- The site and who may reach it

DEBUG = env.boolean("DEBUG")
PORT = env.number("PORT", 8000, least=1, most=65535)
_site = env.site_url("SITE_URL", f"http://127.0.0.1:{PORT}")
SITE_URL = _site.geturl()
SECRET_KEY = env.secret_key("SECRET_KEY", DATA_DIR / "secret_key")

# A proxy or a monitor on this machine may ask by its own address.
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = list(dict.fromkeys([_site.hostname or "", *LOOPBACK]))
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# How many proxies in front are believed, counted from the right of X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, most=9)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# The site stands at the root of its host, whatever a request claims: its links would go into stored pages.
FORCE_SCRIPT_NAME = ""

HTTPS = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_SSL_HOST = _site.netloc if HTTPS else None
# For this host alone: other hosts below it, say a mail server, are not ours to bind for a year.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- What it is made of

INSTALLED_APPS = [
    "coaching_site.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "crispy_forms",
    "pages",
    "leads",
    # Behind auth, which must have made the permissions that a role gives out.
    "coaching_site.apps.CoachingSiteConfig",
    "allauth",
    "coaching_site.sign_in.apps.AccountsConfig",
    "allauth.mfa",
    "coaching_site.sign_in.apps.SignInConfig",
    "coaching_site.audit.apps.AuditConfig",
]

MIDDLEWARE = [
    # Outside the security headers, which are for documents: static files get their own few.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "coaching_site.request_id.RequestId",
    "coaching_site.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coaching_site.sign_in.middleware.OnTheDesk",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "coaching_site.urls"
WSGI_APPLICATION = "coaching_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

CRISPY_TEMPLATE_PACK = "drawing"
CRISPY_ALLOWED_TEMPLATE_PACKS = ("drawing",)
CRISPY_FAIL_SILENTLY = False

# --- Where data lives

DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR / "site.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL")}

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": env.media_storage("MEDIA_STORAGE_URL", MEDIA_ROOT),
    "staticfiles": {"BACKEND": "coaching_site.static_files.MinifiedStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = add_to_static_file
PUBLISHED_DIR = DATA_DIR / "published"
# A form fits in this many bytes and fields; a larger body is refused before it is parsed.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_HANDLERS = ["coaching_site.uploads.BoundedUploads"]

# --- Mail

_email = env.email("EMAIL_URL")
EMAIL_BACKEND = _email.backend
EMAIL_HOST, EMAIL_PORT = _email.host, _email.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email.user, _email.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.use_tls, _email.use_ssl
# For each step of a conversation that has some ten: an attempt ends before a Message's lease does.
EMAIL_TIMEOUT = 10
MAIL_DIR = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.address("DEFAULT_FROM_EMAIL", f"site@{_site.hostname if HTTPS else 'localhost'}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
STAFF_EMAIL = parseaddr(env.address("STAFF_EMAIL", DEFAULT_FROM_EMAIL))[1]

# What came back is told at /hooks/mail/<service>/ by whoever signs in as “mail” with this secret.
_hook_secret = env.mail_webhook_secret("MAIL_WEBHOOK_SECRET")
ANYMAIL = {"WEBHOOK_SECRET": f"mail:{_hook_secret}"} if _hook_secret else {}

# --- The canary: how often the worker tries whether a call can be booked; 0 is never

CANARY_MINUTES = env.number("CANARY_MINUTES", 60, most=24 * 60)

# --- Staff

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# How they sign in is said in coaching_site/sign_in/settings.py; who they come from, here.
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- Counters: each process gathers in memory what it counts, and writes it after so many seconds

COUNTS_WRITTEN_EVERY: float | None = 5.0

# --- Language and time: instants are stored in UTC and shown in a zone that is always named

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "coaching_site.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Metrics: the worker answers on this port of 127.0.0.1; 0 is nowhere

METRICS_PORT = env.metrics_port("METRICS_PORT", public=PORT)

# --- Logs

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "coaching_site.logs.TextFormatter"},
        "json": {"()": "coaching_site.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", "text", "json"),
        }
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # What visitors mistype is not the owner's concern.
        "django.request": {"level": "ERROR"},
        # Nor who tries which host: they hear 400.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "gunicorn.error": {"handlers": [], "propagate": True},
    },
}

if SENTRY_DSN := env.text("SENTRY_DSN"):
    from coaching_site.sentry import start_sentry

    start_sentry("SENTRY_DSN", SENTRY_DSN)
