"""Requests by the million, as a desk of five years would have them: with events, mails, tags and plans.

The database writes them all by itself, each from its number, so that two runs store the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import connection

from bench.growth import BEGAN, analyse, earlier, unique_key
from leads.models import BookingEvent, BookingRequest, Message, Tag

FIRST_NAMES = (
    "Ada Amir Ana Arjun Chen David Elif Emma Femi Grace Hana Ines Ivan Jonas Kofi Lea Marek Mei Rosa"
)
LAST_NAMES = "Adeyemi Bauer Bianchi Costa Demir Fischer Garcia Haddad Jensen Kim Laurent Mensah Nair Weber Xu"
ROLES = [
    "Backend Developer",
    "Data Engineer",
    "Senior AI engineer",
    "Tech Lead",
    "Platform Lead",
    "Researcher",
    "Consultant",
]
GOALS = [
    "Choose between the staff track and architecture, and a plan for the next year.",
    "Move from backend work into machine learning without starting at the bottom again.",
    "Negotiate an offer that arrived last week.",
    "Find out which projects show that I can design systems, not only build them.",
    "Talk through whether a smaller company suits me better.",
]
PAGES = ["", "ai-architect-vs-ai-engineer", "backend-developer-to-ai-engineer", "an-old-page"]
TAGS = [
    "warm",
    "evenings",
    "community",
    "referral",
    "visa",
    "alumni",
    "speaker",
    "panel",
    "relocation",
    "rare",
]
LETTER = "Thank you for your request. It is here, and you will hear from us within a day. " * 4

STORED = BookingRequest._meta.db_table
THROUGH = BookingRequest.tags.through

DAY = 24 * 60
FIVE_YEARS = 5 * 365 * DAY


def seed(count: int) -> None:
    """So many requests in place of those that are there, evenly over the last five years."""
    for model in (THROUGH, BookingEvent, Message, Tag, BookingRequest):
        _empty(model._meta.db_table)
    Tag.objects.bulk_create(Tag(name=name) for name in TAGS)
    with _at_once():
        _fill(STORED, _requests(count, _staff()), _numbers(count))
        fill_what_belongs()
    analyse()


def fill_what_belongs() -> None:
    """The history, the mails and the tags of each request."""
    for kind, which in HISTORY.items():
        _fill(BookingEvent._meta.db_table, _event(kind), STORED, which)
    for kind in ("acknowledgement", "confirmation"):
        _fill(Message._meta.db_table, _mail(kind), STORED)
    *common, rare = Tag.objects.order_by("pk").values_list("pk", flat=True)
    tags = {"bookingrequest_id": "id", "tag_id": _pick_number(common, "id / 5")}
    _fill(THROUGH._meta.db_table, tags, STORED, "id % 5 = 0")
    _fill(THROUGH._meta.db_table, tags | {"tag_id": str(rare)}, STORED, "id % 10007 = 1")


def _staff() -> list[int]:
    return list(User.objects.filter(is_staff=True).order_by("pk").values_list("pk", flat=True))


# --- What a row says, as SQL of its number n. Numbers rise with time; `age` is in minutes.


def _requests(count: int, staff: Sequence[int]) -> dict[str, str]:
    age = f"(({count} - n) * {FIVE_YEARS} / {count})"
    status = f"""CASE
        WHEN {age} < {3 * DAY} THEN CASE WHEN n % 10 < 6 THEN 'requested' ELSE 'confirmed' END
        WHEN n * 7919 % 100 < 10 THEN 'declined'
        WHEN n * 7919 % 100 < 22 THEN 'cancelled'
        WHEN {age} < {14 * DAY} THEN 'confirmed'
        WHEN n * 7919 % 100 < 30 THEN 'no_show'
        ELSE 'attended' END"""
    came_of_it = ["", "offer_made", "signed", "not_a_fit", "not_a_fit", "not_a_fit", "later", "later"]
    was_attended = f"{age} > {14 * DAY} AND n * 7919 % 100 >= 30"
    outcome = f"CASE WHEN {was_attended} THEN {_pick(came_of_it, 'n * 104729 / 7')} ELSE '' END"
    has_time = f"n % 5 <> 0 AND NOT ({age} < {3 * DAY} AND n % 10 < 6)"
    has_plan = f"{age} < {60 * DAY} AND n % 4 = 0"
    action = _pick(["Call back", "Send the offer"], "n / 4")
    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    email = f"lower({_pick(first, 'n')}) || '.' || n || '@example.com'"
    return {
        "id": "n",
        "token": "'token-' || n",
        "fingerprint": "'fingerprint-' || n",
        "created_at": earlier(age),
        "name": f"{_pick(first, 'n')} || ' ' || {_pick(last, 'n / 20')}",
        "email": email,
        "canonical_email": email,
        "time_zone": _pick(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata"], "n"),
        "role": _pick(ROLES, "n * 31 / 3"),
        "experience": _pick(["under_2", "2_to_4", "5_to_8", "over_8"], "n * 13 / 3"),
        "direction": _pick(["architect", "staff", "first_role", "unsure"], "n * 17 / 5"),
        "goals": f"{_pick(GOALS, 'n * 11 / 2')} || ' My reference is R' || n * 7919 % 1000003 || '.'",
        "profile_url": "''",
        "language": "'en-gb'",
        "source_name": "'newsletter'",
        "wished_time": "''",
        "consent": "'You may store these answers'",
        "mail_consent": _pick(["", "Write to me"], "n / 3"),
        "source_page": _pick(PAGES, "n * 7 / 3"),
        "source_cta": "'hero'",
        **dict.fromkeys(["utm_medium", "utm_campaign", "utm_term", "utm_content", "promised_clock"], "''"),
        "utm_source": _pick(["", "newsletter", "video"], "n"),
        "status": status,
        "outcome": outcome,
        "value": f"CASE WHEN ({outcome}) = 'signed' THEN 1000 + n % 50 * 100 END",
        "starts_at": f"CASE WHEN {has_time} THEN {earlier(f'({age} - {15 * DAY}) / 5 * 5')} END",
        "ends_at": f"CASE WHEN {has_time} THEN {earlier(f'({age} - {15 * DAY}) / 5 * 5 - 30')} END",
        "on_waiting_list": f"{age} < {3 * DAY} AND n % 10 = 0",
        "sequence": "0",
        "assigned_to_id": f"CASE WHEN n % 10 < 7 THEN {_pick_number(staff, 'n / 10')} END",
        "next_action": f"CASE WHEN {has_plan} THEN {action} ELSE '' END",
        "next_action_on": f"CASE WHEN {has_plan} THEN {_day_from_now('n / 4 % 21 - 10')} END",
    }


ANSWER = "CASE WHEN status IN ('declined', 'cancelled') THEN status ELSE 'confirmed' END"
HISTORY = {
    "'requested'": "1 = 1",
    ANSWER: "status <> 'requested'",
    "status": "status IN ('attended', 'no_show')",
    "'outcome'": "outcome <> ''",
    "'planned'": "next_action <> ''",
    "'note'": "id % 3 = 0",
}
"""Kinds of events, and of which requests."""


def _event(kind: str) -> dict[str, str]:
    return {"booking_id": "id", "kind": kind, "at": "created_at", "text": "'Prefers evenings.'"}


def _mail(kind: str) -> dict[str, str]:
    return {
        "booking_id": "id",
        "key": unique_key(),
        "kind": f"'{kind}'",
        "recipient": "email",
        "reply_to": "''",
        "subject": "'Your request for a call'",
        "text": f"'{LETTER}'",
        "html": f"'<p>{LETTER}</p>'",
        "calendar": "''",
        "created_at": "created_at",
        "state": "'sent'",
        "attempts": "1",
        "next_attempt_at": "created_at",
        "give_up_at": "created_at",
        "last_error": "''",
        "sent_at": "created_at",
    }


# --- How it is written


@contextmanager
def _at_once() -> Iterator[None]:
    """On PostgreSQL without a check of each foreign key, and with the index of words built at the end: row by
    row these two cost more than all the rest."""
    if not _is_postgres():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'requests_by_words'")
        [index] = cursor.fetchone()
        cursor.execute("DROP INDEX requests_by_words")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")
        cursor.execute(index)


def _fill(table: str, columns: dict[str, str], source: str, where: str = "1 = 1") -> None:
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(columns.values())
    _execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {source} WHERE {where}")  # noqa: S608


def _empty(table: str) -> None:
    _execute(f"TRUNCATE {table} CASCADE" if _is_postgres() else f"DELETE FROM {table}")  # noqa: S608


def _execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _numbers(count: int) -> str:
    if _is_postgres():
        return f"generate_series(1::bigint, {count}) AS numbers(n)"
    more = f"SELECT n + 1 FROM numbers WHERE n < {count}"  # noqa: S608
    return f"(WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL {more}) SELECT n FROM numbers)"  # noqa: S608


def _pick(words: Sequence[str], number: str) -> str:
    """One of the words, by a number."""
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE ({number}) % {len(words)} {cases} END"


def _pick_number(numbers: Sequence[int], number: str) -> str:
    cases = " ".join(f"WHEN {place} THEN {one}" for place, one in enumerate(numbers))
    return f"CASE ({number}) % {len(numbers)} {cases} END"


def _day_from_now(days: str) -> str:
    if _is_postgres():
        return f"date '{BEGAN[:10]}' + ({days})::int"
    return f"date('{BEGAN[:10]}', ({days}) || ' days')"


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"
