import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from coaching_site import health
from leads.models import WorkerSign


def test_alive_asks_no_database(client: Client) -> None:
    # No database fixture: a query would be refused.
    response = client.get("/livez")

    assert (response.status_code, response.content) == (200, b"alive\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_with_a_database_and_a_worker(client: Client) -> None:
    WorkerSign.give(at=timezone.now())

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("silence", [None, timedelta(seconds=61)])
def test_not_ready_while_no_worker_gives_a_sign(client: Client, silence: timedelta | None) -> None:
    if silence:
        WorkerSign.give(at=timezone.now() - silence)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "ok", "worker": "silent"}


@pytest.mark.django_db
def test_not_ready_before_the_newest_migration(client: Client) -> None:
    app, name = sorted(key for key in health._newest_migrations() if key[0] == "leads")[0]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name])

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "migrations": "missing", "worker": "unknown"}


ASK_READYZ = """
import django
django.setup()
from django.test import Client
response = Client(SERVER_NAME="127.0.0.1").get("/readyz")
print(response.status_code, response.content.decode())
"""


def test_not_ready_while_its_database_is_away(tmp_path: Path) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "coaching_site.settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/no-such-folder/site.sqlite3",
    }

    answer = subprocess.run(
        [sys.executable, "-c", ASK_READYZ], env=environment, capture_output=True, text=True, check=True
    )

    status, _, content = answer.stdout.partition(" ")
    assert status == "503"
    assert json.loads(content) == {"database": "failed", "migrations": "unknown", "worker": "unknown"}


@pytest.mark.django_db
def test_later_sign_takes_the_place_of_the_earlier() -> None:
    now = timezone.now()

    WorkerSign.give(at=now - timedelta(hours=1))
    WorkerSign.give(at=now)

    assert list(WorkerSign.objects.values_list("pk", "seen_at")) == [(1, now)]


@pytest.mark.django_db
def test_asking_is_cheap(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(3):
        client.get("/readyz")


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
