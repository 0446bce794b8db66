"""Two gunicorns and two workers on one PostgreSQL and one Redis, as when one machine is outgrown."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier

import pytest
from redis import Redis

from tests.contention import story, two_workers
from tests.contention.crowd import PATIENCE, Answer, Post, get, send
from tests.contention.database import Database, database, postgres_server
from tests.contention.desk import ADDRESS, TOKEN, Desk, a_page
from tests.contention.rounds import TAKEN, booking_form
from tests.contention.site import ROOT, Site, serving, site
from tests.leads.mail_server import MailServer, listening
from tests.servers import HOST, Answering, answering, wait_until

REDIS = os.environ.get("REDIS_URL", "")

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(
        not (postgres_server() and REDIS), reason="needs PostgreSQL (DATABASE_URL) and Redis (REDIS_URL)"
    ),
]


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with listening() as server:
        yield server


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, mail: MailServer) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("two-servers")
    settings = {
        "CACHE_URL": REDIS,
        "EMAIL_URL": f"smtp://{HOST}:{mail.port}",
        "TRUSTED_PROXIES": "1",
        "CANARY_MINUTES": "0",
    }
    with database(folder, postgres_server(), processes=2, **settings) as run:
        yield run


@pytest.fixture(scope="module")
def servers(run: Database) -> Iterator[tuple[Site, Site]]:
    with site(run) as one, serving(run, one.session) as other:
        yield one, other


def sign_in(site: Site, address: str, password: str) -> Answer:
    headers = {"Cookie": f"csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "X-Forwarded-For": address}
    return send(site.port, Post("/admin/login/", {"login": "owner", "password": password}, headers))


def says_too_many(answer: Answer) -> bool:
    return answer.status == 429 or "Too many attempts" in answer.text


def test_attempts_to_sign_in_are_counted_together(servers: tuple[Site, Site]) -> None:
    # An address of its own: the counters of an earlier run may still be there.
    address = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    kept_before = Redis.from_url(REDIS).dbsize()

    ten = [sign_in(servers[number % 2], address, "wrong") for number in range(10)]
    further = [sign_in(server, address, "wrong") for server in servers]

    assert [says_too_many(answer) for answer in ten + further] == [False] * 10 + [True, True]
    assert Redis.from_url(REDIS).dbsize() > kept_before


def test_edit_made_through_one_is_shown_at_once_by_the_other(
    servers: tuple[Site, Site], run: Database
) -> None:
    page, shown = run.run(a_page), []

    for version in range(1, 6):
        editing, reading = servers[version % 2], servers[1 - version % 2]
        desk = Desk(editing, page)
        get(reading.port, ADDRESS)  # So that it has stored what was before.
        assert (desk.edit(version).status, desk.publish().status) == (302, 302)
        shown.append(f"Version {version}." in get(reading.port, ADDRESS).text)

    assert shown == [True] * 5


def test_time_that_one_gave_away_is_refused_by_the_other(servers: tuple[Site, Site], run: Database) -> None:
    run.run(story.forget_all)
    starts_at = run.run(story.an_open_time)
    for server in servers:
        assert starts_at in get(server.port, "/book/").text

    first = send(servers[0].port, Post("/book/", booking_form(1, starts_at)))
    second = send(servers[1].port, Post("/book/", booking_form(2, starts_at)))

    assert (first.status, second.status) == (303, 409)
    assert TAKEN in second.text
    assert starts_at not in get(servers[1].port, "/book/").text


def test_of_many_at_both_at_once_one_holds(servers: tuple[Site, Site], run: Database) -> None:
    run.run(story.forget_all)
    starts_at = run.run(story.an_open_time)
    at_once = Barrier(20)

    def book(number: int) -> Answer:
        return send(servers[number % 2].port, Post("/book/", booking_form(number, starts_at)), at_once)

    with ThreadPoolExecutor(20) as prospects:
        answers = list(prospects.map(book, range(20)))

    assert Counter(answer.status for answer in answers) == {303: 1, 409: 19}
    assert len(run.run(story.holders, starts_at)) == 1


def test_two_workers_send_each_mail_once(servers: tuple[Site, Site], run: Database, mail: MailServer) -> None:
    run.run(two_workers.forget_messages)
    expected = run.run(two_workers.queue_mails, 40)

    with ExitStack() as workers:
        for _ in range(2):
            workers.enter_context(worker(run))
        wait_until(lambda: run.run(two_workers.none_waits))

    assert sorted(each["Message-ID"] for each in mail.received) == sorted(expected)


def test_two_workers_make_each_call_once(run: Database, servers: tuple[Site, Site]) -> None:
    with receiver() as (url, received):
        expected = run.run(two_workers.queue_calls, 40)

        calls = [run.start(two_workers.call, url, name, 2) for name in ("one", "other")]
        made = [each.result() for each in calls]

    assert sum(made) == 40
    assert sorted(received) == sorted(expected)


def worker(run: Database) -> subprocess.Popen[bytes]:
    return Ended([sys.executable, ROOT / "manage.py", "worker"], env=run.environment)


class Ended(subprocess.Popen[bytes]):
    """A process that is told to end where its block ends."""

    def __exit__(self, *error: object) -> None:
        self.terminate()
        self.wait(PATIENCE)


@contextmanager
def receiver() -> Iterator[tuple[str, list[str]]]:
    """Its URL, and the ids of the calls that it was sent."""
    received: list[str] = []

    class Receiver(Answering):
        def do_POST(self) -> None:  # noqa: N802 (the name in the library)
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.headers["webhook-id"])
            self.send(204, b"")

    with answering(Receiver) as port:
        yield f"http://{HOST}:{port}/", received
