"""What looks like spam is set aside: stored, without time or mail, quiet towards its sender, restorable."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory, override_settings

from leads.four_weeks import four_weeks
from leads.glance import Glance
from leads.models import BookingPage, BookingRequest, HeldTime, Message, RateCounter, Stage, Stale, Status
from leads.reply_promise import reply_promise
from leads.suspicion.layers import LAYERS, suspicions
from leads.suspicion.limits import MOST_OF_A_NETWORK, Counts, forget_old, one_mailbox
from leads.suspicion.network import network_of
from leads.suspicion.report import caught
from leads.suspicion.sending import Sending, Visit
from leads.suspicion.stamp import age, stamped
from tests.counting import queries_of
from tests.leads.factories import ANSWERS, submitted

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TUESDAY = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
LONG_WORDS = (
    "I want to choose between the staff track and architecture, and to leave with a plan for the year."
)


def sending(**changes: Any) -> Sending:
    """Of somebody beyond suspicion, but for what is changed."""
    usual = Sending(answers=ANSWERS, open_for=timedelta(minutes=2))
    return replace(usual, **changes)


# --- The signs


@pytest.mark.parametrize(
    ("found", "changes"),
    [
        (["trap"], {"visit": Visit(trap="x")}),
        (["markup"], {"answers": ANSWERS | {"goals": "See [url=https://x.example]here[/url]"}}),
        (["markup"], {"answers": ANSWERS | {"goals": 'See <a href="https://x.example">here</a>'}}),
        (["repeated"], {"said_before": True}),
        (["form"], {"counts": Counts(of_form=4)}),
        (["address"], {"counts": Counts(of_address=4)}),
        (["network"], {"counts": Counts(of_network=6)}),
        (["flood"], {"flooded": True}),
        (["stamp", "headers"], {"open_for": None, "visit": Visit(names_its_site=False)}),
        (
            ["links", "fast"],
            {"answers": ANSWERS | {"goals": "www.a www.b www.c"}, "open_for": timedelta(seconds=2)},
        ),
    ],
)
def test_one_strong_sign_or_two_weak_ones_are_enough(found: list[str], changes: dict[str, Any]) -> None:
    assert suspicions(sending(**changes)) == found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"open_for": None},
        {"open_for": timedelta(seconds=1)},
        {"open_for": timedelta(days=3)},
        {"visit": Visit(names_its_site=False)},
        {"answers": ANSWERS | {"goals": "https://a https://b https://c"}},
        {"counts": Counts(of_network=5, of_address=3, of_form=3)},
    ],
)
def test_one_weak_sign_is_not(changes: dict[str, Any]) -> None:
    assert suspicions(sending(**changes)) == []


def test_each_sign_has_a_name_of_its_own_that_fits_the_row() -> None:
    names = [layer.name for layer in LAYERS]

    assert len({*names, "staff"}) == len(names) + 1
    assert len(",".join(names)) <= BookingRequest._meta.get_field("suspicion").max_length  # type: ignore[operator]


# --- The stamp


def test_stamp_tells_how_long_the_form_was_open() -> None:
    stamp = stamped("key", at=NOON)

    assert age("key", stamp, at=NOON + timedelta(seconds=90)) == timedelta(seconds=90)


@pytest.mark.parametrize("made_up", ["", "1764072000", "1764072000:x", "\0", "x" * 10_000])
def test_made_up_stamp_tells_nothing(made_up: str) -> None:
    assert age("key", made_up, at=NOON) is None


def test_stamp_of_another_form_tells_nothing() -> None:
    assert age("other", stamped("key", at=NOON), at=NOON) is None


# --- The network


@pytest.mark.parametrize(
    ("trusted", "forwarded", "direct", "network"),
    [
        (0, "203.0.113.9, 198.51.100.7", "8.8.4.4", "8.8.4.0/24"),
        (1, "1.2.3.4, 8.8.8.8", "127.0.0.1", "8.8.8.0/24"),
        (2, "1.2.3.4, 8.8.8.8, 10.0.0.2", "127.0.0.1", "8.8.8.0/24"),
        (1, "2001:4860:4860::8888", "127.0.0.1", "2001:4860:4860::/64"),
        (1, "::ffff:8.8.8.8", "127.0.0.1", "8.8.8.0/24"),
        (1, "", "127.0.0.1", ""),
        (2, "8.8.8.8", "127.0.0.1", ""),
        (1, "nonsense", "8.8.8.8", ""),
        (0, "", "10.1.2.3", ""),
    ],
)
def test_address_is_believed_as_far_as_proxies_are_trusted(
    trusted: int, forwarded: str, direct: str, network: str
) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/book/", headers=headers, REMOTE_ADDR=direct)

    with override_settings(TRUSTED_PROXIES=trusted):
        assert network_of(request) == network


# --- The counters


@pytest.mark.django_db(transaction=True)
def test_two_who_count_at_once_get_two_numbers() -> None:
    numbers: list[int] = []

    def count() -> None:
        try:
            numbers.extend(RateCounter.raise_by_one(("key", NOON)))
        finally:
            connection.close()

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(numbers) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert RateCounter.objects.get().begins_at == NOON


@pytest.mark.django_db
def test_counter_is_one_for_each_key_and_time() -> None:
    RateCounter.objects.create(key="key", begins_at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        RateCounter.objects.create(key="key", begins_at=NOON)


@pytest.mark.django_db
def test_old_counters_are_forgotten_and_hold_no_address(visitor: Client) -> None:
    RateCounter.raise_by_one(("old", NOON - timedelta(days=3)))
    RateCounter.raise_by_one(("new", NOON - timedelta(days=1)))

    assert forget_old(NOON) == 1
    assert list(RateCounter.objects.values_list("key", flat=True)) == ["new"]


def test_dots_and_tags_lead_to_the_same_mailbox() -> None:
    assert one_mailbox("a.d.a+shop@example.com") == "ada@example.com"
    assert one_mailbox("ada@mail.example.com") == "ada@mail.example.com"


# --- The form


def form_of(visitor: Client) -> dict[str, str]:
    """What a browser would send, filled in."""
    page = visitor.get("/book/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return hidden | ANSWERS | {"starts_at": "none", "consent": "on", "fold": ""}


def test_person_is_not_suspected(visitor: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        filled = form_of(visitor)
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        answer = visitor.post("/book/", filled)

    booking = BookingRequest.objects.get()
    assert (answer.status_code, booking.status, booking.suspicion) == (303, "requested", "")
    assert booking.messages.count() == 2


def test_suspect_is_stored_without_time_and_mail_and_learns_nothing(visitor: Client) -> None:
    page = visitor.get("/book/").content.decode()
    time = re.findall(r'name="starts_at"\s+value="(\d[^"]+)"', page)[0]

    answer = visitor.post("/book/", form_of(visitor) | {"starts_at": time, "fold": "Acme"})

    booking = BookingRequest.objects.get()
    own_page = visitor.get(answer["Location"])
    assert (answer.status_code, own_page.status_code) == (303, 200)
    assert (booking.status, booking.suspicion, booking.name) == ("suspected", "trap,fast", ANSWERS["name"])
    assert [event.kind for event in booking.events.all()] == ["suspected"]
    assert (HeldTime.objects.count(), Message.objects.count()) == (0, 0)
    assert "spam" not in own_page.content.decode().replace("among the spam", "").lower()


def test_time_that_a_suspect_chose_stays_open(visitor: Client) -> None:
    page = visitor.get("/book/").content.decode()
    time = re.findall(r'name="starts_at"\s+value="(\d[^"]+)"', page)[0]
    visitor.post("/book/", form_of(visitor) | {"starts_at": time, "fold": "Acme"})

    answer = visitor.post("/book/", form_of(visitor) | {"starts_at": time, "email": "other@example.com"})

    assert answer.status_code == 303
    assert BookingRequest.objects.filter(status=Status.REQUESTED).count() == 1


def test_same_words_from_another_address_are_set_aside_and_one_persons_second_try_is_not(
    visitor: Client,
) -> None:
    words = {"goals": LONG_WORDS}
    visitor.post("/book/", form_of(visitor) | words)
    visitor.post("/book/", form_of(visitor) | words | {"name": "Samira H."})

    visitor.post("/book/", form_of(visitor) | words | {"email": "other@example.com"})

    assert list(BookingRequest.objects.order_by("pk").values_list("status", flat=True)) == [
        "requested",
        "requested",
        "suspected",
    ]


@override_settings(TRUSTED_PROXIES=1)
def test_a_network_that_floods_the_form_is_told_so_and_loses_no_word(visitor: Client, monday: None) -> None:
    def send(number: int) -> Any:
        answers = {"email": f"person{number}@example.com", "goals": f"Goal number {number}"}
        return visitor.post("/book/", form_of(visitor) | answers, headers={"X-Forwarded-For": "8.8.8.8"})

    first = [send(number).status_code for number in range(MOST_OF_A_NETWORK)]
    refused = send(99)

    assert set(first) == {303}
    assert BookingRequest.objects.filter(status=Status.REQUESTED).count() == 5
    assert refused.status_code == 429
    page = refused.content.decode()
    assert "Too many requests came from your network" in page
    assert ("person99@example.com" in page, "Goal number 99" in page) == (True, True)
    assert BookingRequest.objects.count() == MOST_OF_A_NETWORK


def test_flood_over_the_owners_number_is_set_aside(visitor: Client) -> None:
    BookingPage(requests_a_day=2).save()

    for number in range(3):
        visitor.post("/book/", form_of(visitor) | {"email": f"person{number}@example.com"})

    assert list(BookingRequest.objects.order_by("pk").values_list("status", flat=True)) == [
        "requested",
        "requested",
        "suspected",
    ]


def test_only_requests_of_the_last_day_make_a_flood(booking: BookingRequest) -> None:
    in_a_day = booking.created_at + timedelta(days=1)

    reached = BookingRequest.objects.have_reached
    assert reached(1, at=in_a_day - timedelta(seconds=1))
    assert not reached(1, at=in_a_day)
    assert not reached(2, at=booking.created_at)
    assert not reached(0, at=booking.created_at)


def test_correcting_an_answer_does_not_start_the_clock_anew(visitor: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        filled = form_of(visitor) | {"name": ""}
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        corrected = visitor.post("/book/", filled).content.decode()

    assert f'name="shown" value="{filled["shown"]}"' in corrected


def test_trap_can_be_neither_seen_nor_heard_nor_reached(visitor: Client) -> None:
    page = visitor.get("/book/").content.decode()

    trap = re.search(r"<div hidden>\s*(.*?)\s*</div>", page, re.S)

    assert trap
    assert re.sub(r"\s+", " ", trap[1]) == (
        '<label for="fold">Leave this empty</label> '
        '<input id="fold" name="fold" autocomplete="off" tabindex="-1">'
    )


# --- What staff do


def suspect(**changes: Any) -> BookingRequest:
    return submitted(suspicion="trap,fast", at=NOON, **changes)


def test_restored_request_gets_its_time_and_its_mails(open_hours: object, owner: User) -> None:
    booking = suspect(starts_at=TUESDAY)

    booking.restore(by=owner, at=NOON + timedelta(hours=1))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.suspicion) == ("requested", TUESDAY, "trap,fast")
    assert [event.kind for event in booking.events.all()] == ["suspected", "restored", "requested"]
    assert sorted(message.kind for message in booking.messages.all()) == ["acknowledgement", "staff_notice"]
    assert booking.held_times.count() == 6


def test_restored_request_whose_time_has_gone_goes_on_without_one(open_hours: object, owner: User) -> None:
    booking = suspect(starts_at=TUESDAY)
    submitted(starts_at=TUESDAY, email="other@example.com", at=NOON)

    booking.restore(by=owner, at=NOON)

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.ends_at, booking.promised_clock) == (
        "requested",
        None,
        None,
        "",
    )
    assert [event.text for event in booking.events.filter(kind="restored")] == [
        "Its time had gone meanwhile."
    ]


def test_request_that_staff_take_for_spam_frees_its_time_and_sends_nothing(
    open_hours: object, owner: User
) -> None:
    booking = submitted(starts_at=TUESDAY, at=NOON)

    booking.suspect(by=owner, at=NOON)

    booking.refresh_from_db()
    assert (booking.status, booking.suspicion) == ("suspected", "staff")
    assert booking.held_times.count() == 0
    assert {message.state for message in booking.messages.all()} == {"withdrawn"}


@pytest.mark.parametrize("verb", ["confirm", "decline", "cancel"])
def test_suspect_must_be_restored_before_anything_else(db: None, owner: User, verb: str) -> None:
    booking = suspect()

    with pytest.raises(Stale):
        getattr(booking, verb)(by=owner, at=NOON)


def test_only_a_suspect_is_restored(booking: BookingRequest, owner: User) -> None:
    with pytest.raises(Stale):
        booking.restore(by=owner, at=NOON)


def test_suspect_without_a_reason_is_refused_by_the_database(booking: BookingRequest) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingRequest.objects.update(status=Status.SUSPECTED)


def test_suspects_wait_for_no_answer_and_stand_at_no_other_stage(db: None) -> None:
    booking = suspect()

    assert list(BookingRequest.objects.awaiting_reply()) == []
    assert list(BookingRequest.objects.at_stage(Stage.SUSPECTED)) == [booking]


def test_suspects_count_in_no_figure(db: None, owner: User) -> None:
    for number in range(10):
        submitted(email=f"person{number}@example.com", at=NOON).decline(
            by=owner, at=NOON + timedelta(hours=2)
        )
    tomorrow = NOON + timedelta(days=1)
    promised, charted = reply_promise(tomorrow), four_weeks(Glance(tomorrow))

    for _ in range(20):
        suspect()

    assert (promised, reply_promise(tomorrow)) == ("within 2 hours", "within 2 hours")
    assert four_weeks(Glance(tomorrow)) == charted


# --- The desk

SUSPECTS = "/admin/leads/bookingrequest/suspects/"


def test_desk_lists_suspects_with_reasons_and_restores_with_one_click(as_adviser: Client) -> None:
    booking = suspect(name="Suspicious Person")
    page = as_adviser.get(SUSPECTS).content.decode()

    answer = as_adviser.post(f"/admin/leads/bookingrequest/{booking.pk}/restore/do/")

    assert all(said in page for said in ["Suspicious Person", "The field that nobody sees was filled in"])
    assert answer.status_code == 302
    assert BookingRequest.objects.get().status == Status.REQUESTED


def test_list_shows_suspects_to_whoever_looks_for_them_alone(as_adviser: Client) -> None:
    suspect(name="Suspicious Person")

    def finds(query: str) -> bool:
        return "Suspicious Person" in as_adviser.get(f"/admin/leads/bookingrequest/{query}").content.decode()

    assert [finds(""), finds("?stage=new"), finds("?stage=suspected"), finds("?q=Suspicious")] == [
        False,
        False,
        True,
        True,
    ]


def test_report_counts_what_each_sign_caught_and_who_was_restored(db: None, owner: User) -> None:
    suspect()
    suspect().restore(by=owner, at=NOON)

    found = {line.says: (line.count, line.restored) for line in caught(NOON) if line.count}

    assert found == {
        "The field that nobody sees was filled in": (2, 1),
        "The form was answered within three seconds": (2, 1),
    }


def test_editors_do_not_see_suspects(as_editor: Client) -> None:
    assert as_editor.get(SUSPECTS).status_code == 403


def test_suspects_take_as_many_queries_for_one_as_for_many(as_adviser: Client) -> None:
    suspect()
    one = queries_of(as_adviser, SUSPECTS)
    for _ in range(9):
        suspect()

    assert queries_of(as_adviser, SUSPECTS) == one
