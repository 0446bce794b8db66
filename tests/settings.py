"""The site's own settings, with a folder and a key of the tests' own, and cheaper passwords."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="coaching-site-tests-"))

from coaching_site.settings import *  # noqa: F403
from coaching_site.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405
if DATABASES["default"]["ENGINE"].endswith("sqlite"):
    # A file, because web, worker and test threads open connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
COUNTS_WRITTEN_EVERY = None  # Only when a test says so: a thread would write beside its transaction.
CANARY_MINUTES = 0  # Only in its own tests: a round of the worker would ask whoever listens at SITE_URL.
