"""What growth costs: the page that is not stored, /book/ and the desk's list, small and large.

Pages are made inside one process, so that a time is what the site's own work takes. Of several times the
shortest counts: other work on the machine only ever adds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from bench.delivery.table import as_table, short
from bench.runs import names_of, new_database, options_of, say
from leads.models import BookingEvent, BookingRequest, HeldTime, Message
from pages.models import LandingPage, Question
from pages.publishing import publish

ITEMS = [1, 10, 50]
PAGES = [1, 100, 1_000]
REQUESTS = [100, 10_000, 1_000_000]

ADDRESSES = {"the page": "/", "/book/": "/book/", "the desk’s list": "/admin/leads/bookingrequest/"}

BEGAN = f"{datetime.now(UTC):%Y-%m-%d %H}:00:00"

REPEATS = 15
PATIENCE = 3.0
"""Seconds for all repeats of one time."""


def main(arguments: Sequence[str] = ()) -> int:
    options = _options(arguments)
    for product, server in names_of(options):
        say(f"{product}: milliseconds, and how many times the smallest of its kind")
        with new_database(server) as run:
            run.run(_grow, REQUESTS[:2] if options.quick else REQUESTS)
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench growth", description=__doc__))
    parser.add_argument("--quick", action="store_true", help="up to ten thousand requests, not a million")
    return parser.parse_args(arguments)


def _grow(requests: Sequence[int]) -> None:
    """In the process that has the database."""
    prepare()
    User.objects.create_superuser("owner")
    rows = [
        *_measured(ITEMS, "questions", _ask),
        *_measured(PAGES, "pages", _add_pages),
        *_measured(requests, "requests", _add_requests),
    ]
    say("\n".join(as_table(["", *ADDRESSES], rows)))


def prepare() -> None:
    """The starter page, in a new database."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_starter_page", stdout=StringIO())


# --- What grows


def _ask(count: int) -> None:
    home = LandingPage.objects.get(is_home=True)
    Question.objects.filter(statistic=None).delete()
    Question.objects.bulk_create(
        Question(page=home, question=f"Question {n}?", answer="An *answer*.\n\n" * 3, anchor=f"q-{n}")
        for n in range(count - Question.objects.count())
    )
    publish(home, by=None, at=timezone.now())


def _add_pages(count: int) -> None:
    there = LandingPage.objects.filter(slug__startswith="page-").count() + 1
    home = LandingPage.objects.get(is_home=True)
    changes = {"id": "n + 1000", "slug": "'page-' || n", "is_home": "false"}
    copy(home, there, count, changes)
    copy(home.publications.latest("pk"), there, count, changes | {"page_id": "n + 1000"})


def _add_requests(count: int) -> None:
    """With what belongs to each: its time, an event and a mail. One of them waits for an answer."""
    first = BookingRequest.objects.order_by("pk").first() or _first_request()
    there = BookingRequest.objects.count()
    copy(
        first,
        there,
        count,
        {
            "id": f"n + {first.pk}",
            "token": "'token-' || n",
            "fingerprint": "'fingerprint-' || n",
            "email": "'reader-' || n || '@example.com'",
            "canonical_email": "'reader-' || n || '@example.com'",
            "status": "CASE n %% 10 WHEN 0 THEN 'declined' WHEN 1 THEN 'cancelled' ELSE 'attended' END",
            "created_at": earlier("n * 5 + 4320"),
            "starts_at": earlier("n * 5"),
            "ends_at": earlier("n * 5 - 30"),
        },
    )
    belongs = {"booking_id": f"n + {first.pk}"}
    event, mail = first.events.get(), first.messages.get()
    copy(event, there, count, belongs | {"id": f"n + {event.pk}"})
    copy(mail, there, count, belongs | {"id": f"n + {mail.pk}", "key": unique_key()})
    copy(first.held_times.get(), there, count, belongs | {"starts_at": earlier("n * 5")})
    analyse()


def _first_request() -> BookingRequest:
    now = timezone.now()
    booking = BookingRequest.objects.create(
        fingerprint="first",
        name="Ada Example",
        email="ada@example.com",
        canonical_email="ada@example.com",
        time_zone="Europe/Amsterdam",
        role="Engineer",
        experience="5_to_8",
        direction="architect",
        goals="To decide.",
        consent="Yes.",
    )
    BookingEvent.objects.create(booking=booking, kind="requested", at=now)
    HeldTime.objects.create(booking=booking, starts_at=now + timedelta(days=1))
    Message.objects.create(
        booking=booking, kind="acknowledgement", recipient=booking.email, state="sent", sent_at=now
    )
    return booking


def analyse() -> None:
    """What PostgreSQL does by itself after a while."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


# --- Rows by the million


def copy(row: Model, first: int, last: int, changes: dict[str, str]) -> None:
    """Copies of a row for each n from `first` to before `last`, with some columns as SQL says of n."""
    fields = [field for field in row._meta.concrete_fields if not field.generated]
    values = [changes.get(str(field.column), f'"row"."{field.column}"') for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    table, key = row._meta.db_table, row._meta.pk.column
    sql = f"""
        WITH RECURSIVE numbers(n) AS (
            SELECT CAST(%s AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < %s
        )
        INSERT INTO "{table}" ({columns}) SELECT {", ".join(values)}
        FROM numbers, "{table}" AS "row" WHERE "row"."{key}" = %s AND n < %s
    """  # noqa: S608 (our own words)
    of_row = row._meta.pk.get_db_prep_value(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, last - 1, of_row, last])


def earlier(minutes: str) -> str:
    """SQL for an instant so many minutes before the benchmark began, on a full five minutes."""
    if connection.vendor == "sqlite":
        return f"datetime('{BEGAN}', -({minutes}) || ' minutes')"
    return f"timestamptz '{BEGAN}+00' - ({minutes}) * interval '1 minute'"


def unique_key() -> str:
    return "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"


# --- Times


def _measured(sizes: Sequence[int], what: str, grow_to: Callable[[int], None]) -> Iterator[list[str]]:
    smallest: list[float] = []
    for size in sizes:
        grow_to(size)
        times = [_shortest(path) for path in ADDRESSES.values()]
        smallest = smallest or times
        cells = [f"{short(now)} ({now / then:.1f}×)" for now, then in zip(times, smallest, strict=True)]
        yield [f"{size:,} {what}", *cells]


def _shortest(path: str) -> float:
    """Milliseconds of one answer."""
    client = Client(headers={"host": "127.0.0.1"})
    if path.startswith("/admin/"):
        client.force_login(User.objects.get())
    times: list[float] = []
    began = time.monotonic()
    while len(times) < REPEATS and (not times or time.monotonic() - began < PATIENCE):
        times.append(_time_of(client, path))
    return min(times)


def _time_of(client: Client, path: str) -> float:
    clock = _clock()
    began = clock()
    answer = client.get(path)
    taken = clock() - began
    if answer.status_code != 200:
        raise LookupError(f"{path} answered {answer.status_code}.")
    return taken * 1000


def _clock() -> Callable[[], float]:
    """SQLite works in this process, whose own time other processes do not disturb."""
    return time.process_time if connection.vendor == "sqlite" else time.perf_counter
