"""What the desk says is wrong: each alarm alone, and nothing where nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import alarms
from leads.alarms import Alarm, Check, Findings, Severity, look_for
from leads.glance import Glance
from leads.models import BusyCalendar, CallRules, Message, WebhookEndpoint, WorkerSign
from pages import memory
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def found(check: Callable[[Glance], Iterator[Alarm]]) -> list[Alarm]:
    return list(check(Glance(NOW)))


def some_messages(count: int, **state: Any) -> None:
    for number in range(count):
        submitted(at=NOW - HOUR, email=f"reader-{number}@example.com")
    kept = Message.objects.filter(kind=Message.Kind.ACKNOWLEDGEMENT)
    Message.objects.exclude(pk__in=kept).delete()
    kept.update(**({"created_at": NOW - HOUR} | state))


def test_worker_that_never_ran_is_an_alarm() -> None:
    assert found(alarms.silent_worker) == [
        Alarm(Severity.BROKEN, "The worker has never run: no mail leaves.")
    ]


def test_worker_that_fell_silent_is_an_alarm() -> None:
    WorkerSign.give(at=NOW - 3 * HOUR)

    assert found(alarms.silent_worker) == [
        Alarm(Severity.BROKEN, "The worker has been silent for 3\N{NO-BREAK SPACE}hours: no mail leaves.")
    ]


def test_worker_that_goes_round_is_none() -> None:
    WorkerSign.give(at=NOW - WorkerSign.LATE_AFTER)

    assert found(alarms.silent_worker) == []


def test_failed_messages_are_an_alarm_with_their_list() -> None:
    some_messages(3, state=Message.State.FAILED)

    assert found(alarms.failed_messages) == [
        Alarm(
            Severity.BROKEN,
            "Three messages could not be delivered.",
            "/admin/leads/message/?state__exact=failed",
        )
    ]


def test_mails_that_do_not_get_through_are_an_alarm_before_they_have_failed() -> None:
    some_messages(2, attempts=4)

    assert found(alarms.unsent_mails) == [
        Alarm(
            Severity.LATE,
            "Two mails do not get through, the first for 1\N{NO-BREAK SPACE}hour.",
            "/admin/leads/message/?state__exact=waiting",
        )
    ]


@pytest.mark.parametrize(
    "state", [{"attempts": 0}, {"attempts": 1, "created_at": NOW - HOUR / 3}, {"state": "withdrawn"}]
)
def test_mail_that_may_well_get_through_is_none(state: dict[str, Any]) -> None:
    some_messages(1, **state)

    assert found(alarms.unsent_mails) == []


def test_webhook_that_fails_for_long_is_an_alarm_and_worse_once_it_is_off() -> None:
    for name, since, off in [
        ("New", HOUR / 4, {}),
        ("Down", 3 * HOUR, {}),
        ("Off", 25 * HOUR, {"off_at": NOW}),
    ]:
        reason = {"off_reason": "No call got through for a day."} if off else {}
        WebhookEndpoint.objects.create(
            name=name, url="https://example.com/", failures=3, failing_since=NOW - since, **off, **reason
        )
    WebhookEndpoint.objects.create(name="Well", url="https://example.com/")

    assert [(alarm.severity, alarm.sentence) for alarm in found(alarms.failing_webhooks)] == [
        (Severity.LATE, "The webhook “Down” has failed for 3\N{NO-BREAK SPACE}hours."),
        (Severity.BROKEN, "The webhook “Off” was switched off."),
    ]


def test_calendar_that_is_not_read_any_more_is_an_alarm() -> None:
    for name, hours in [("Fresh", 1), ("Private", 9)]:
        BusyCalendar.objects.create(name=name, url="https://example.com/a.ics", read_at=NOW - hours * HOUR)
    stale = BusyCalendar.objects.get(name="Private")

    assert found(alarms.stale_calendars) == [
        Alarm(
            Severity.BROKEN,
            "The calendar “Private” is out of date: read 9\N{NO-BREAK SPACE}hours ago.",
            f"/admin/leads/busycalendar/{stale.pk}/change/",
        )
    ]


def test_site_on_which_nobody_can_book_is_an_alarm() -> None:
    assert found(alarms.no_open_time) == [
        Alarm(
            Severity.BROKEN,
            "Nobody can book a call: no time is open for 14 days.",
            "/admin/leads/weeklyhours/",
        )
    ]


def test_site_with_an_open_time_is_none(open_hours: CallRules) -> None:
    assert found(alarms.no_open_time) == []


def test_past_call_of_which_nobody_said_what_came_of_it_is_an_alarm(adviser: User) -> None:
    for hours in (-30, -2, -0.25, 5):
        submitted(starts_at=NOW + hours * HOUR, at=NOW - 50 * HOUR).confirm(by=adviser, at=NOW - 40 * HOUR)

    assert found(alarms.calls_without_an_end) == [
        Alarm(
            Severity.TO_DO,
            "Two calls are over. What came of them?",
            "/admin/leads/bookingrequest/?call=past&status__exact=confirmed",
        )
    ]


def test_past_call_that_was_attended_is_none(adviser: User) -> None:
    call = submitted(starts_at=NOW - 2 * HOUR, at=NOW - 50 * HOUR)
    call.confirm(by=adviser, at=NOW - 40 * HOUR)
    call.mark_attended(by=adviser, at=NOW)

    assert found(alarms.calls_without_an_end) == []


def test_next_action_of_a_day_before_is_an_alarm(adviser: User) -> None:
    for days in (-2, 0, 1):
        submitted(at=NOW).plan("Call back", (NOW + timedelta(days=days)).date(), by=adviser, at=NOW)

    assert found(alarms.overdue_actions) == [
        Alarm(Severity.LATE, "One next action is overdue.", "/admin/leads/bookingrequest/?next=overdue")
    ]


def a_check(what: str, *severities: Severity, permission: str = "") -> Check:
    def find(glance: Glance) -> Iterator[Alarm]:
        yield from (Alarm(severity, what) for severity in severities)

    return Check(what, find, permission)


def test_worst_comes_first_and_what_was_looked_at_is_named() -> None:
    checks = [a_check("one", Severity.TO_DO, Severity.LATE), a_check("none"), a_check("two", Severity.BROKEN)]

    assert look_for(checks, AnonymousUser(), Glance(NOW)) == Findings(
        alarms=(
            Alarm(Severity.BROKEN, "two"),
            Alarm(Severity.LATE, "one"),
            Alarm(Severity.TO_DO, "one"),
        ),
        checked=("one", "none", "two"),
    )


def test_what_somebody_may_not_know_is_not_looked_at(editor: User) -> None:
    checks = [
        a_check("requests", Severity.LATE, permission="leads.view_bookingrequest"),
        a_check("pages", Severity.LATE, permission="pages.view_landingpage"),
    ]

    assert look_for(checks, editor, Glance(NOW)) == Findings((Alarm(Severity.LATE, "pages"),), ("pages",))


def test_more_trouble_takes_no_more_queries(owner: User) -> None:
    def queries() -> int:
        memory.forget_all()
        with CaptureQueriesContext(connection) as captured:
            look_for(alarms.CHECKS, owner, Glance(NOW))
        return len(captured)

    some_messages(2, attempts=4)
    few = queries()
    some_messages(20, attempts=4)
    for name in "abc":
        BusyCalendar.objects.create(name=name, url="https://example.com/a.ics")

    assert queries() == few


def test_webhook_that_answered_gone_is_an_alarm_at_once() -> None:
    gone = WebhookEndpoint.objects.create(
        name="Books", url="https://hooks.example.com/", wants_requested=True
    )
    off = WebhookEndpoint.objects.create(name="Old one", url="https://old.example.com/", wants_requested=True)
    gone.note_failure(began=NOW, at=NOW, not_before=NOW)
    gone.switch_off("It answered that it is gone for good (410).", at=NOW)
    off.switch_off("By Zen.", at=NOW)

    assert found(alarms.failing_webhooks) == [
        Alarm(
            Severity.BROKEN,
            "The webhook “Books” was switched off.",
            f"/admin/leads/webhookendpoint/{gone.pk}/change/",
        )
    ]


def test_suspected_spam_is_to_be_looked_through() -> None:
    submitted(suspicion="trap", at=NOW)

    assert found(alarms.suspects) == [
        Alarm(
            Severity.TO_DO,
            "One request is set aside as suspected spam.",
            "/admin/leads/bookingrequest/suspects/",
        )
    ]
