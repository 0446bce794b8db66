"""How gunicorn serves the site: `gunicorn --config python:coaching_site.gunicorn_config`."""

import gc
import os
from typing import Any

from django.conf import settings

# Read before the application is, and by nobody who has said it already.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching_site.settings")

wsgi_app = "coaching_site.wsgi:application"
# Loaded once, then forked: less memory and a quicker start.
preload_app = True

# Only a proxy on this machine reaches it, and buffers slow clients for it.
bind = f"127.0.0.1:{settings.PORT}"
worker_class = "gthread"
workers = min(2, os.cpu_count() or 1)
threads = 4
keepalive = 5
graceful_timeout = 20

# Whether a proxy is believed is said by TRUSTED_PROXIES alone, and Django acts on it.
forwarded_allow_ips = ""
control_socket_disable = True

loglevel = "warning"
logconfig_dict = settings.LOGGING


def when_ready(server: Any) -> None:
    """Before the first process is forked. What is loaded by then is shared by all as long as nobody writes to
    it, and the collector of garbage writes to all that it looks at."""
    gc.collect()
    gc.freeze()
