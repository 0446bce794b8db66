"""What Prometheus may ask, on a port of this machine's own. Numbers and instants: nothing about anybody.

The worker serves it from a thread, so that a worker that is stuck still says so. It is never a path of the
public site: how many people wait for an answer is nobody else's business.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import Error as DatabaseTrouble
from django.db import connection
from django.utils import timezone

from leads.bounded import number_of
from leads.models import BookingRequest, Canary, Message, Stage, WorkerSign
from leads.open_times import open_times
from pages.delivery import publishing

if TYPE_CHECKING:
    from prometheus_client.core import GaugeMetricFamily

logger = logging.getLogger(__name__)

ADDRESS = "127.0.0.1"

Figures = dict[str, tuple[str, float | None]]
"""By its name: what it is, and its value; None where there is none."""


def serve(port: int) -> bool:
    """Answers at this port from now on. False when something else does, such as another worker."""
    from prometheus_client import CollectorRegistry, start_http_server

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    try:
        start_http_server(port, ADDRESS, registry)
    except OSError as trouble:
        logger.warning("METRICS_PORT %s cannot be used: %s", port, trouble.strerror)
        return False
    return True


class _Collector:
    def collect(self) -> Iterator[GaugeMetricFamily]:
        from prometheus_client.core import GaugeMetricFamily

        for name, (what, value) in _asked().items():
            if value is not None:
                yield GaugeMetricFamily(f"coaching_{name}", what, value)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return []


def _asked() -> Figures:
    """Each question comes in a thread of its own, whose connection ends with it."""
    is_up: Figures = {"database_up": ("1 when the database answers.", 1)}
    try:
        return is_up | figures(timezone.now())
    except DatabaseTrouble:
        return {"database_up": ("1 when the database answers.", 0)}
    finally:
        connection.close()


def figures(at: datetime) -> Figures:
    """As of the instant `at`. Each question counts to a bound, like those of the desk."""
    return _of_messages(at) | _of_requests(at) | _of_work(at)


def _of_messages(at: datetime) -> Figures:
    waiting = Message.objects.waiting()
    oldest = waiting.order_by("next_attempt_at").values_list("created_at", flat=True)
    return {
        "messages_waiting": ("Mails and webhooks in line; 1000 is that or more.", _number(waiting)),
        "messages_failed": (
            "Mails and webhooks that could not be delivered; 1000 is that or more.",
            _number(Message.objects.failed()),
        ),
        "messages_oldest_age_seconds": (
            "How long the oldest of those that wait has been in line.",
            _age(min(oldest[:1000], default=None), at),
        ),
    }


def _of_requests(at: datetime) -> Figures:
    awaiting = BookingRequest.objects.awaiting_reply()
    oldest = awaiting.order_by("created_at").values_list("created_at", flat=True).first()
    return {
        "requests_awaiting_reply": (
            "Requests that wait for an answer; 1000 is that or more.",
            _number(awaiting),
        ),
        "requests_suspected": (
            "Requests that were set aside as spam; 1000 is that or more.",
            _number(BookingRequest.objects.at_stage(Stage.SUSPECTED)),
        ),
        "requests_oldest_age_seconds": ("How long the oldest of them has waited.", _age(oldest, at)),
        "open_times": ("Times that can be booked.", len(open_times(at).starts)),
    }


def _of_work(at: datetime) -> Figures:
    sign, canary = WorkerSign.objects.first(), Canary.objects.first()
    return {
        "worker_last_sign_timestamp_seconds": (
            "When a worker last went round.",
            sign.seen_at.timestamp() if sign else None,
        ),
        "canary_last_pass_timestamp_seconds": (
            "When the canary last booked a call.",
            canary.passed_at.timestamp() if canary and canary.passed_at else None,
        ),
        "canary_failures": (
            "How often in a row it could not.",
            canary.failures if canary else None,
        ),
        "pages_outdated": (
            "Published pages whose files are not current.",
            publishing.outdated(at),
        ),
    }


def _number(rows: object) -> int:
    return number_of(rows).value  # type: ignore[arg-type]


def _age(since: datetime | None, at: datetime) -> float:
    """Nothing waits: no time at all, so that a rule can compare it always."""
    return max((at - since).total_seconds(), 0.0) if since else 0.0
