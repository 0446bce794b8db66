"""What Prometheus is told: how things stand, nothing about anybody, and nothing at the public address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from leads import metrics
from leads.models import CallRules, Canary, Message, WorkerSign
from leads.open_times import open_times
from tests.leads.factories import submitted
from tests.servers import free_port

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def values() -> dict[str, float | None]:
    return {name: value for name, (_, value) in metrics.figures(NOW).items()}


@pytest.mark.django_db
def test_figures_of_an_empty_site() -> None:
    assert values() == {
        "messages_waiting": 0,
        "messages_failed": 0,
        "messages_oldest_age_seconds": 0.0,
        "requests_awaiting_reply": 0,
        "requests_suspected": 0,
        "requests_oldest_age_seconds": 0.0,
        "open_times": 0,
        "worker_last_sign_timestamp_seconds": None,
        "canary_last_pass_timestamp_seconds": None,
        "canary_failures": None,
        "pages_outdated": 0,
    }


@pytest.mark.django_db
def test_figures_tell_how_things_stand(open_hours: CallRules, adviser: User) -> None:
    submitted(at=NOW - 3 * HOUR)
    submitted(at=NOW - 9 * HOUR).decline(by=adviser, at=NOW)
    submitted(at=NOW - 9 * HOUR, suspicion="trap")
    Message.objects.update(created_at=NOW - HOUR)
    Message.objects.filter(kind=Message.Kind.REFUSAL).update(state=Message.State.FAILED)
    WorkerSign.give(at=NOW)
    Canary(due_at=NOW, passed_at=NOW - HOUR, failures=1).save()

    told = values()

    assert told.pop("open_times") == len(open_times(NOW).starts) > 0
    assert told == {
        "messages_waiting": 4,
        "messages_failed": 1,
        "messages_oldest_age_seconds": 3600.0,
        "requests_awaiting_reply": 1,
        "requests_suspected": 1,
        "requests_oldest_age_seconds": 3 * 3600.0,
        "worker_last_sign_timestamp_seconds": NOW.timestamp(),
        "canary_last_pass_timestamp_seconds": (NOW - HOUR).timestamp(),
        "canary_failures": 1,
        "pages_outdated": 0,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 9])
def test_figures_cost_the_same_however_much_there_is(
    open_hours: CallRules, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        submitted(at=NOW - HOUR)

    with django_assert_num_queries(13):
        metrics.figures(NOW)


@pytest.mark.django_db(transaction=True)
def test_prometheus_may_ask_on_a_port_of_this_machine() -> None:
    WorkerSign.give(at=NOW)
    submitted(at=NOW)
    port = free_port()

    assert metrics.serve(port)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        told = answer.read().decode()

    lines = dict(line.split(" ") for line in told.splitlines() if not line.startswith("#"))
    assert lines["coaching_database_up"] == lines["coaching_requests_awaiting_reply"] == "1.0"
    assert float(lines["coaching_worker_last_sign_timestamp_seconds"]) == NOW.timestamp()
    assert "amira" not in told
    assert metrics.serve(port) is False


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_public_address_tells_nothing(client: Client, settings: Settings, path: str) -> None:
    settings.METRICS_PORT = 9108

    assert client.get(path, follow=True).status_code == 404


def test_it_listens_on_this_machine_alone() -> None:
    assert metrics.ADDRESS == "127.0.0.1"
