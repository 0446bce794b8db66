"""For whoever watches the site: is it alive, and can it do its work."""

from __future__ import annotations

from functools import cache

from django.db import Error as DatabaseTrouble
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from leads.models import WorkerSign


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers. Nothing else is asked, so that a sick database restarts no web."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process can do its work, else 503; either way what was found."""
    found = state()
    is_ready = set(found.values()) == {"ok"}
    return JsonResponse(found, status=200 if is_ready else 503)


def state() -> dict[str, str]:
    try:
        if _newest_migrations() - set(MigrationRecorder(connection).applied_migrations()):
            return {"database": "ok", "migrations": "missing", "worker": "unknown"}
        worker = "ok" if WorkerSign.is_fresh(at=timezone.now()) else "silent"
    except DatabaseTrouble:
        return {"database": "failed", "migrations": "unknown", "worker": "unknown"}
    return {"database": "ok", "migrations": "ok", "worker": worker}


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, as the files of this release say."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
