"""A round of the worker: every part gets its turn, whatever became of the one before."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from leads.management.commands import worker
from leads.management.commands.worker import Part, parts
from leads.models import BusyCalendar
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db


def test_one_round_reminds_and_delivers_and_reads_calendars(owner: User) -> None:
    calendar = BusyCalendar.objects.create(name="Private", url="https://127.0.0.1/private.ics")
    starts_at = timezone.now() + timedelta(minutes=20)
    submitted(starts_at=starts_at).confirm(by=owner, at=timezone.now())
    mail.outbox.clear()

    call_command("worker", "--once")

    calendar.refresh_from_db()
    assert "A strategy call begins soon" in [message.subject for message in mail.outbox]
    assert calendar.last_error == "The address leads into a private network."


def test_part_that_fails_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fails(at: object) -> None:
        raise RuntimeError("as ever")

    round_ = [parts()[0], Part("first", fails), Part("second", lambda at: done.append("second"))]
    monkeypatch.setattr(worker, "parts", lambda: round_)

    with pytest.raises(CommandError):
        call_command("worker", "--once")

    assert done == ["second"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "first failed, trying again"
    ]


def test_part_that_has_more_goes_on_and_one_that_was_just_done_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = [True, True, False]
    eager = Part("eager", lambda at: answers.pop(0))
    resting = Part("resting", lambda at: answers.append(True), timedelta(hours=1), timezone.now())
    monkeypatch.setattr(worker, "parts", lambda: [parts()[0], eager, resting])

    call_command("worker", "--once")

    assert answers == []
