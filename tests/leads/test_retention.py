"""Nothing is kept longer than the rules say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from leads.models import BookingRequest, Message, Outcome, RetentionRules, RetentionRun, Status
from leads.privacy import retention
from leads.privacy.retention import KINDS, carry_out, due, forecast, go_on, run_of_today
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "own_folder")]

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "/admin/leads/retentionrules/1/change/"


@pytest.fixture
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def declined(name: str, days_ago: int, by: User) -> BookingRequest:
    booking = submitted(name=name, at=NOW - timedelta(days=days_ago + 1))
    booking.decline(by=by, at=NOW - timedelta(days=days_ago))
    return booking


def left() -> list[str]:
    return list(BookingRequest.objects.filter(erased_at=None).order_by("pk").values_list("name", flat=True))


def numbers(run: RetentionRun) -> tuple[int, int, int, bool]:
    run.refresh_from_db()
    return run.erased, run.shortened, run.failed, run.finished_at is not None


def test_what_is_older_than_a_year_goes_and_the_rest_stays(adviser: User) -> None:
    for name, days_ago in [("Old", 365), ("Young", 364), ("Ancient", 4000)]:
        declined(name, days_ago, adviser)

    carry_out(NOW)

    assert left() == ["Young"]
    assert numbers(RetentionRun.objects.get(day=date(2026, 11, 23))) == (2, 0, 0, True)


@pytest.mark.parametrize(
    ("status", "outcome", "rule"),
    [
        ("suspected", "", "suspected_days"),
        ("declined", "", "declined_days"),
        ("cancelled", "", "declined_days"),
        ("no_show", "", "missed_days"),
        ("attended", "not_a_fit", "missed_days"),
        ("attended", "later", "missed_days"),
        ("requested", "", "unanswered_days"),
        ("confirmed", "", "talk_days"),
        ("attended", "", "talk_days"),
        ("attended", "offer_made", "talk_days"),
        ("attended", "signed", "client_days"),
    ],
)
def test_each_kind_has_a_rule_of_its_own(status: str, outcome: str, rule: str) -> None:
    booking = submitted(at=NOW - 30 * DAY)
    BookingRequest.objects.filter(pk=booking.pk).update(status=status, outcome=outcome, suspicion="staff")
    nothing: dict[str, Any] = {kind.rule: None for kind in KINDS}

    assert list(due(RetentionRules(**nothing | {rule: 30}), NOW)) == [booking]
    assert list(due(RetentionRules(**nothing | {rule: 31}), NOW)) == []
    others = {kind.rule: 1 for kind in KINDS} | {rule: None}
    assert list(due(RetentionRules(**others), NOW)) == []


def test_no_status_or_outcome_is_without_a_rule() -> None:
    for number, (status, outcome) in enumerate(
        [(status, "") for status in Status] + [(Status.ATTENDED, outcome) for outcome in Outcome]
    ):
        booking = submitted(email=f"{number}@example.com", at=NOW - 30 * DAY)
        BookingRequest.objects.filter(pk=booking.pk).update(status=status, outcome=outcome, suspicion="staff")
    rules = RetentionRules(**{kind.rule: 1 for kind in KINDS})

    assert sum(kind.due(rules, NOW).count() for kind in KINDS) == BookingRequest.objects.count()


@pytest.mark.parametrize("last", ["the request", "the call", "the outcome"])
def test_days_are_counted_from_the_last_thing_that_happened(adviser: User, last: str) -> None:
    booking = submitted(at=NOW - 400 * DAY, starts_at=NOW - (300 if last == "the call" else 390) * DAY)
    booking.confirm(by=adviser, at=NOW - 399 * DAY)
    booking.mark_attended(by=adviser, at=NOW - 380 * DAY)
    if last == "the outcome":
        booking.record_outcome(Outcome.SIGNED, by=adviser, at=NOW - 200 * DAY)

    assert due(RetentionRules(), NOW).exists() == (last == "the request")


def test_note_among_colleagues_keeps_nobody_longer(adviser: User) -> None:
    booking = declined("Old", 365, adviser)
    booking.add_note("Wrote again?", by=adviser, at=NOW - DAY)

    carry_out(NOW)

    assert left() == []


def test_request_that_was_never_answered_is_closed_without_a_mail() -> None:
    booking = submitted(at=NOW - 365 * DAY)
    mails = Message.objects.count()

    carry_out(NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.name, Message.objects.count()) == (Status.CANCELLED, "Erased", mails)


def test_call_that_is_to_come_stays_however_old_its_request_is(adviser: User) -> None:
    submitted(at=NOW - 400 * DAY, starts_at=NOW + DAY).confirm(by=adviser, at=NOW - 399 * DAY)

    carry_out(NOW)

    assert left() == ["Samira Haddad"]


def test_empty_rule_keeps_for_ever(adviser: User) -> None:
    RetentionRules(declined_days=None).save()
    declined("Ancient", 4000, adviser)

    carry_out(NOW)

    assert left() == ["Ancient"]


def test_texts_of_old_mails_go_and_that_they_were_sent_stays() -> None:
    RetentionRules(mail_days=30).save()
    old, young = submitted(at=NOW - 40 * DAY).messages.order_by("pk")
    old.mark_sent(at=NOW - 30 * DAY)
    young.mark_sent(at=NOW - 29 * DAY)
    subject = old.subject

    carry_out(NOW)

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.text, old.html, old.subject, old.state, old.sent_at) == (
        "",
        "",
        subject,
        "sent",
        NOW - 30 * DAY,
    )
    assert young.text != ""
    assert numbers(RetentionRun.objects.get())[1] == 1


def test_a_day_is_done_once_and_the_next_day_again(adviser: User) -> None:
    carry_out(NOW)
    declined("Late", 365, adviser)

    carry_out(NOW + timedelta(hours=1))
    same_day = left()
    carry_out(NOW + DAY)

    assert (same_day, left()) == (["Late"], [])
    assert [run.day.day for run in RetentionRun.objects.all()] == [24, 23]


def test_worker_that_stood_still_for_weeks_catches_up(adviser: User) -> None:
    declined("Long due", 500, adviser)

    carry_out(NOW)

    assert left() == []


def test_a_bad_row_does_not_stop_the_rest_and_has_its_turn_tomorrow(
    adviser: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad = declined("Bad", 400, adviser)
    declined("Good", 400, adviser)
    erase = BookingRequest.erase

    def fails_for_one(booking: BookingRequest, **how: Any) -> None:
        if booking == bad and how["at"] == NOW:
            raise RuntimeError("as ever")
        erase(booking, **how)

    monkeypatch.setattr(BookingRequest, "erase", fails_for_one)
    carry_out(NOW)
    today = left()
    carry_out(NOW + DAY)

    assert (today, left()) == (["Bad"], [])
    assert numbers(RetentionRun.objects.get(day=date(2026, 11, 23))) == (1, 0, 1, True)


def test_work_goes_on_where_a_worker_died(adviser: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS", 1)
    for name in ["First", "Second"]:
        declined(name, 400, adviser)

    go_on(run_of_today(NOW), at=NOW)
    after_one_piece = left()
    go_on(run_of_today(NOW), at=NOW)

    assert (after_one_piece, left()) == (["Second"], [])
    assert numbers(run_of_today(NOW))[0] == 2


def test_request_that_is_answered_in_the_last_moment_stays(adviser: User) -> None:
    booking = submitted(at=NOW - 400 * DAY, starts_at=NOW + DAY)
    BookingRequest.objects.filter(pk=booking.pk).update(starts_at=None, ends_at=None)
    run = run_of_today(NOW)
    stale = BookingRequest.objects.get(pk=booking.pk)
    BookingRequest.objects.get(pk=booking.pk).confirm(by=adviser, at=NOW)

    retention._erase(stale, run, RetentionRules.current(), NOW)

    assert (left(), run.erased, run.failed) == (["Samira Haddad"], 0, 0)


def test_worker_carries_the_rules_out(adviser: User) -> None:
    declined("Old", 365, adviser)

    call_command("worker", "--once")

    assert left() == []


def test_forecast_says_what_goes_today_and_within_a_month(adviser: User) -> None:
    old, soon = declined("Old", 365, adviser), declined("Soon", 336, adviser)
    declined("Later", 334, adviser)
    submitted(name="Waits", at=NOW - 350 * DAY)

    told = {each.label: each for each in forecast(RetentionRules(), at=NOW, shown=1)}

    closed, waiting = told["Declined or cancelled"], told["Never answered"]
    assert (closed.days, closed.today, closed.until, closed.more) == (365, 1, 2, 1)
    assert closed.first == [(old, NOW)]
    assert (waiting.today, waiting.until, waiting.first[0][1]) == (0, 1, NOW + 15 * DAY)
    assert soon not in [booking for booking, _ in closed.first]


def test_page_of_the_rules_shows_what_will_go_and_what_went(as_owner: Client, adviser: User) -> None:
    RetentionRules().save()
    declined("Old Ada", 365, adviser)
    declined("Soon Ben", 340, adviser)
    RetentionRun.objects.create(day=date(2026, 11, 22), begun_at=NOW - DAY, erased=4, failed=1)

    page = " ".join(as_owner.get(URL).content.decode().split())

    assert 'Old Ada</a> <span>Senior AI engineer</span> <span class="age">from 23 November 2026' in page
    assert 'Soon Ben</a> <span>Senior AI engineer</span> <span class="age">from 18 December 2026' in page
    assert '4 erased, 0 mail texts deleted, <b class="overdue">1 failed</b>' in page


def test_page_of_the_rules_takes_no_more_queries_when_more_will_go(as_owner: Client, adviser: User) -> None:
    RetentionRules().save()
    declined("First", 365, adviser)
    few = queries_of(as_owner, URL)
    for number in range(10):
        declined(f"No. {number}", 365, adviser)

    assert queries_of(as_owner, URL) == few


def test_advisers_see_the_rules_and_only_owners_change_them(as_adviser: Client, as_owner: Client) -> None:
    RetentionRules().save()
    sent = {kind.rule: "" for kind in KINDS} | {"declined_days": "30", "mail_days": ""}

    assert as_adviser.get(URL).status_code == 200
    assert as_adviser.post(URL, sent).status_code == 403
    as_owner.post(URL, sent)

    assert (RetentionRules.current().declined_days, RetentionRules.current().client_days) == (30, None)


def test_rule_of_no_days_is_refused(as_owner: Client) -> None:
    sent = {kind.rule: "" for kind in KINDS} | {"declined_days": "0", "mail_days": ""}

    response = as_owner.post("/admin/leads/retentionrules/add/", sent)

    assert "greater than or equal to 1" in response.content.decode()
    assert not RetentionRules.objects.exists()
