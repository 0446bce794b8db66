"""What becomes of a call: answered, refused, repeated, given up; and of an endpoint that fails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from leads.models import Message, WebhookAttempt, WebhookEndpoint
from leads.models.message import LEASE
from leads.outbox import deliver_due
from leads.outside import Refused, Reply
from leads.webhooks.delivery import SECONDS_FOR_A_CALL, call_some
from tests.leads.factories import submitted
from tests.leads.webhooks import (
    DOWN,
    FINE,
    SECRET,
    Receiver,
    an_endpoint,
    calls_at,
    queued,
    stopped_clock,
    when_called,
)

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
State = Message.State


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def without_spread(message: Message) -> Message:
    """Its pauses are exactly those of the schedule, because the key that spreads them is nought."""
    Message.objects.filter(pk=message.pk).update(key=UUID(int=0))
    return message


def fate(message: Message) -> tuple[str, int, str]:
    message.refresh_from_db()
    return message.state, message.attempts, message.last_error


def log_of(message: Message) -> list[tuple[int, int | None, str, str]]:
    rows = message.attempt_log.order_by("pk")
    return list(rows.values_list("number", "status", "answer", "error"))


# --- One call


def test_call_is_made_once_and_its_answer_kept(receiver: Receiver) -> None:
    (message,) = queued(an_endpoint(), MONDAY)

    assert calls_at(MONDAY, receiver) == 1
    assert calls_at(MONDAY + 48 * HOUR, receiver) == 0

    ((url, body, headers),) = receiver.got
    assert (url, body) == ("https://crm.example.com/hook", message.text.encode())
    assert {name: value for name, value in headers.items() if name != "webhook-signature"} == {
        "Content-Type": "application/json",
        "webhook-id": f"msg_{message.key.hex}",
        "webhook-timestamp": str(int(MONDAY.timestamp())),
    }
    assert fate(message) == (State.SENT, 1, "")
    assert log_of(message) == [(1, 200, "thanks", "")]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_answer_of_the_two_hundreds_is_a_success(receiver: Receiver, status: int) -> None:
    receiver.answer = Reply(status)
    (message,) = queued(an_endpoint(), MONDAY)

    calls_at(MONDAY, receiver)

    assert fate(message) == (State.SENT, 1, "")


@pytest.mark.parametrize("status", [101, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503, 599])
def test_every_other_answer_is_a_failure_and_tried_again(receiver: Receiver, status: int) -> None:
    receiver.answer = Reply(status)
    (message,) = queued(an_endpoint(), MONDAY)

    calls_at(MONDAY, receiver)

    assert fate(message) == (State.WAITING, 1, f"It was answered with status {status}.")


def test_failure_without_an_answer_is_kept_in_a_sentence(receiver: Receiver) -> None:
    receiver.answer = Refused("The connection failed: it took too long.")
    (message,) = queued(an_endpoint(), MONDAY)

    calls_at(MONDAY, receiver)

    assert fate(message) == (State.WAITING, 1, "The connection failed: it took too long.")
    assert log_of(message) == [(1, None, "", "The connection failed: it took too long.")]


@pytest.mark.parametrize(
    ("answer", "kept"),
    [(b"x" * 5000, "x" * 1000), (b"\0\xff", "\N{REPLACEMENT CHARACTER}" * 2), ("größer".encode(), "größer")],
)
def test_any_answer_can_be_kept_and_of_a_long_one_the_beginning(
    receiver: Receiver, answer: bytes, kept: str
) -> None:
    receiver.answer = Reply(500, answer)
    (message,) = queued(an_endpoint(), MONDAY)

    calls_at(MONDAY, receiver)

    assert log_of(message) == [(1, 500, kept, "")]


def test_log_names_no_address(receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    receiver.answer = DOWN
    (message,) = queued(an_endpoint(), MONDAY)

    calls_at(MONDAY, receiver)

    assert caplog.messages == [f"webhook {message.pk}, attempt 1: It was answered with status 503."]


# --- Pauses


def test_pauses_grow_over_a_day_and_then_the_call_is_given_up(receiver: Receiver) -> None:
    receiver.answer = DOWN
    message = without_spread(queued(an_endpoint(), MONDAY)[0])

    made = when_called(receiver, MONDAY, until=MONDAY + 100 * HOUR)

    assert made == [
        timedelta(),
        5 * SECOND,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
    ]
    assert fate(message) == (State.FAILED, 8, "It was answered with status 503.")
    assert set(receiver.ids) == {f"msg_{UUID(int=0).hex}"}
    assert len({headers["webhook-timestamp"] for _, _, headers in receiver.got}) == 8


def test_pauses_of_different_calls_are_spread_by_up_to_a_tenth(receiver: Receiver) -> None:
    receiver.answer = DOWN
    message = queued(an_endpoint(), MONDAY)[0]
    Message.objects.update(key=UUID(int=999))

    calls_at(MONDAY, receiver)

    message.refresh_from_db()
    assert message.next_attempt_at == MONDAY + timedelta(seconds=5.4995)


@pytest.mark.parametrize(
    ("wish", "pause"),
    [
        ("600", 10 * MINUTE),
        ("Mon, 23 Nov 2026 09:20:00 GMT", 20 * MINUTE),
        ("1", 5 * SECOND),
        ("0", 5 * SECOND),
        ("-5", 5 * SECOND),
        ("99999999999999999999", 6 * HOUR),
        ("Fri, 23 Nov 2990 09:20:00 GMT", 6 * HOUR),
        ("Mon, 23 Nov 1998 09:20:00 GMT", 5 * SECOND),
        ("soon", 5 * SECOND),
        ("²", 5 * SECOND),
    ],
)
def test_wish_for_a_longer_pause_is_granted_within_reason(
    receiver: Receiver, wish: str, pause: timedelta
) -> None:
    receiver.answer = Reply(429, b"", {"retry-after": wish})
    endpoint = an_endpoint()
    message = without_spread(queued(endpoint, MONDAY)[0])

    calls_at(MONDAY, receiver)

    message.refresh_from_db()
    endpoint.refresh_from_db()
    assert (message.next_attempt_at, endpoint.rests_until) == (MONDAY + pause, MONDAY + pause)


# --- An endpoint that fails


def test_dead_endpoint_costs_one_attempt_a_pause_however_many_calls_wait(receiver: Receiver) -> None:
    receiver.answer = DOWN
    queued(an_endpoint(), MONDAY, count=40)

    made = when_called(receiver, MONDAY, until=MONDAY + 100 * HOUR)

    assert len(made) == 8
    assert made[-1] == 24 * HOUR


def test_what_waited_goes_out_as_soon_as_the_endpoint_is_back(receiver: Receiver) -> None:
    receiver.answer = DOWN
    messages = queued(an_endpoint(), MONDAY, count=5)
    assert calls_at(MONDAY, receiver) == 1

    receiver.answer = FINE

    assert calls_at(MONDAY + 4 * SECOND, receiver) == 0
    assert calls_at(MONDAY + 6 * SECOND, receiver) == 5
    assert [fate(message)[0] for message in messages] == [State.SENT] * 5
    assert WebhookEndpoint.objects.get().failures == 0


def test_one_call_that_is_never_taken_does_not_stop_the_others(receiver: Receiver) -> None:
    endpoint = an_endpoint()
    poison, *others = queued(endpoint, MONDAY, count=4)

    def picky(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        return DOWN if headers["webhook-id"] == f"msg_{poison.key.hex}" else FINE

    for hours in range(60):
        calls_at(MONDAY + hours * HOUR, picky)
        if hours < 50:
            others += queued(endpoint, MONDAY + hours * HOUR)[-1:]

    assert {fate(message)[0] for message in others} == {State.SENT}
    assert fate(poison)[0] == State.FAILED
    endpoint.refresh_from_db()
    assert endpoint.off_at is None


def test_dead_endpoint_does_not_hold_up_another(receiver: Receiver) -> None:
    queued(an_endpoint(url="https://dead.example.com/"), MONDAY, count=3)
    queued(an_endpoint(url="https://fine.example.com/"), MONDAY, count=3)

    def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        if "dead" in url:
            raise Refused("The connection failed: it took too long.")
        return FINE

    calls_at(MONDAY, post)

    sent = Message.objects.filter(state=State.SENT).values_list("endpoint__url", flat=True)
    assert [*sent] == ["https://fine.example.com/"] * 3


def test_endpoint_that_fails_for_a_day_is_switched_off_with_a_notice(receiver: Receiver) -> None:
    receiver.answer = DOWN
    endpoint = an_endpoint()
    messages = queued(endpoint, MONDAY, count=3)

    when_called(receiver, MONDAY, until=MONDAY + 100 * HOUR)

    endpoint.refresh_from_db()
    reason = "No call got through for a day. The last one: It was answered with status 503."
    assert (endpoint.off_at, endpoint.off_reason) == (MONDAY + 24 * HOUR, reason)
    assert {fate(message)[0] for message in messages} == {State.FAILED}
    (notice,) = Message.objects.mails()
    assert (notice.kind, notice.recipient) == ("webhook_off", "site@localhost")
    assert reason in " ".join(notice.text.split())
    assert f"/admin/leads/webhookendpoint/{endpoint.pk}/change/\n" in notice.text


def test_success_in_between_starts_the_day_anew(receiver: Receiver) -> None:
    endpoint = an_endpoint()
    for hours in range(72):
        receiver.answer = FINE if hours % 20 == 0 else DOWN
        queued(endpoint, MONDAY + hours * HOUR)
        calls_at(MONDAY + hours * HOUR, receiver)

    endpoint.refresh_from_db()
    assert endpoint.off_at is None
    assert not Message.objects.mails().exists()


def test_endpoint_that_is_gone_is_switched_off_at_once(receiver: Receiver) -> None:
    receiver.answer = Reply(410, b"no such hook")
    endpoint = an_endpoint()
    first, second = queued(endpoint, MONDAY, count=2)

    assert calls_at(MONDAY, receiver) == 1

    endpoint.refresh_from_db()
    reason = "It answered that it is gone for good (410)."
    assert (endpoint.off_at, endpoint.off_reason) == (MONDAY, reason)
    assert fate(first) == (State.FAILED, 1, "It was answered with status 410.")
    assert fate(second) == (State.FAILED, 0, f"Switched off: {reason}")
    assert [notice.kind for notice in Message.objects.mails()] == ["webhook_off"]


def test_endpoint_that_is_off_is_not_called_and_sent_again_once_it_is_on(receiver: Receiver) -> None:
    endpoint = an_endpoint()
    (message,) = queued(endpoint, MONDAY)
    endpoint.switch_off("By Zen.", at=MONDAY)
    assert calls_at(MONDAY + HOUR, receiver) == 0

    endpoint.switch_on()
    assert calls_at(MONDAY + HOUR, receiver) == 0
    assert message.send_again(at=MONDAY + HOUR)

    assert calls_at(MONDAY + HOUR, receiver) == 1
    assert fate(message) == (State.SENT, 1, "")


# --- Repeats


def test_replay_has_the_same_id_and_body_and_a_new_time(receiver: Receiver) -> None:
    (message,) = queued(an_endpoint(), MONDAY)
    calls_at(MONDAY, receiver)

    assert message.send_again(at=MONDAY + 48 * HOUR)
    assert calls_at(MONDAY + 48 * HOUR, receiver) == 1

    (_, first, one), (_, second, other) = receiver.got
    assert (first, one["webhook-id"]) == (second, other["webhook-id"])
    assert int(other["webhook-timestamp"]) - int(one["webhook-timestamp"]) == 48 * 3600
    assert fate(message) == (State.SENT, 2, "")
    assert log_of(message) == [(1, 200, "thanks", ""), (2, 200, "thanks", "")]


def test_replay_that_fails_is_tried_for_another_day(receiver: Receiver) -> None:
    (message,) = queued(an_endpoint(), MONDAY)
    without_spread(message)
    calls_at(MONDAY, receiver)
    message.send_again(at=MONDAY + 48 * HOUR)
    receiver.answer = DOWN

    calls_at(MONDAY + 48 * HOUR, receiver)

    message.refresh_from_db()
    assert message.next_attempt_at == MONDAY + 48 * HOUR + 5 * SECOND


def test_call_that_waits_is_not_put_back_in_line(receiver: Receiver) -> None:
    (message,) = queued(an_endpoint(), MONDAY)

    assert not message.send_again(at=MONDAY + HOUR)


def test_worker_that_dies_between_the_call_and_its_record_repeats_it_with_the_same_id(
    receiver: Receiver,
) -> None:
    class Killed(BaseException):
        pass

    def dies(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Reply:
        receiver(url, body, headers, seconds=seconds)
        raise Killed

    (message,) = queued(an_endpoint(), MONDAY)
    with pytest.raises(Killed):
        calls_at(MONDAY, dies)

    assert calls_at(MONDAY + LEASE - SECOND, receiver) == 0
    assert calls_at(MONDAY + LEASE, receiver) == 1
    assert receiver.ids == [f"msg_{message.key.hex}"] * 2
    assert fate(message) == (State.SENT, 2, "")


def test_attempt_ends_before_its_lease() -> None:
    assert 4 * SECONDS_FOR_A_CALL * SECOND < LEASE


# --- Fairness


def test_mail_leaves_though_a_thousand_webhooks_wait(receiver: Receiver, mailoutbox: list[object]) -> None:
    queued(an_endpoint(), MONDAY, count=20)
    submitted(at=MONDAY)

    assert deliver_due(MONDAY + 365 * 24 * HOUR) == 2
    assert len(mailoutbox) == 2
    assert receiver.got == []


def test_round_ends_after_a_call_that_took_long(receiver: Receiver) -> None:
    """So that mail, which comes first in a round, waits for one slow call at most."""
    ticks = count()
    queued(an_endpoint(), MONDAY, count=20)

    call_some(MONDAY, post=receiver, clock=lambda: float(next(ticks)))

    assert len(receiver.got) == 1


def test_round_makes_many_calls_that_are_quick(receiver: Receiver) -> None:
    queued(an_endpoint(), MONDAY, count=20)

    call_some(MONDAY, post=receiver, clock=stopped_clock)

    assert len(receiver.got) == 20


# --- Secrets


def test_after_a_change_both_secrets_sign_for_a_day(receiver: Receiver) -> None:
    endpoint = an_endpoint()
    signatures = []
    endpoint.change_secret(at=MONDAY)
    for instant in [MONDAY + 23 * HOUR, MONDAY + 24 * HOUR]:
        queued(endpoint, instant)
        calls_at(instant, receiver)
        signatures.append(receiver.got[-1][2]["webhook-signature"].split())

    assert [len(each) for each in signatures] == [2, 1]
    assert endpoint.old_secret == SECRET
    assert endpoint.secret != SECRET


# --- What the database holds


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("a_webhook_that_is_off_says_why", {"off_at": MONDAY}),
        ("a_webhook_that_is_off_says_why", {"off_reason": "By Zen."}),
        ("a_failing_webhook_says_since_when", {"failures": 1}),
        ("a_failing_webhook_says_since_when", {"failing_since": MONDAY}),
        ("an_old_secret_has_an_end", {"old_secret": "whsec_x"}),
        ("a_webhook_wants_some_event", {}),
    ],
)
def test_database_refuses_half_a_state_of_an_endpoint(rule: str, changes: dict[str, object]) -> None:
    if not changes:
        changes = dict.fromkeys(
            [f.name for f in WebhookEndpoint._meta.fields if f.name.startswith("wants_")], False
        )

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        an_endpoint(**changes)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("a_message_has_a_recipient_or_an_endpoint", {"endpoint": None, "kind": "brief"}),
        ("a_message_has_a_recipient_or_an_endpoint", {"recipient": "samira@example.com"}),
        ("a_webhook_has_nothing_of_a_mail", {"kind": "brief"}),
        ("a_webhook_has_nothing_of_a_mail", {"html": "<p>Hello</p>"}),
        ("a_webhook_has_nothing_of_a_mail", {"endpoint": None, "recipient": "samira@example.com"}),
    ],
)
def test_database_refuses_what_is_half_a_mail_and_half_a_webhook(
    rule: str, changes: dict[str, object]
) -> None:
    (message,) = queued(an_endpoint(), MONDAY)

    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changes)


@pytest.mark.parametrize("changes", [{}, {"status": 200, "error": "No."}, {"error": "No.", "answer": "Yes."}])
def test_database_refuses_an_attempt_without_a_result_or_with_two(changes: dict[str, object]) -> None:
    (message,) = queued(an_endpoint(), MONDAY)

    with pytest.raises(IntegrityError, match="an_attempt_has_a_status_or_an_error"), transaction.atomic():
        WebhookAttempt.objects.create(message=message, number=1, at=MONDAY, milliseconds=1, **changes)


def test_answers_are_deleted_with_what_they_answer(receiver: Receiver) -> None:
    (message,) = queued(an_endpoint(), MONDAY)
    calls_at(MONDAY, receiver)

    message.delete()

    assert not WebhookAttempt.objects.exists()
