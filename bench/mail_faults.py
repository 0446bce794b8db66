"""A day with a mail server that fails, in ever other ways, for two hours of every four.

The day is the worker's alone and takes minutes: its clock jumps to whatever is due next. Server, STARTTLS,
sign-in, web processes and bookings are real. Bookings go on while the worker is at its attempts, so that
those of good hours and of bad ones can be compared.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.mail_worker import Fate, Round, fates, work
from bench.runs import names_of, new_database, options_of, say
from tests.contention.crowd import Post, send
from tests.contention.database import Database
from tests.contention.rounds import booking_form
from tests.contention.site import Site, site
from tests.leads.mail_server import ACCOUNT, AUTHORITY, MailServer, Mood
from tests.servers import HOST

HOURS = timedelta(hours=2)
STEP = timedelta(minutes=10)
POSTS = 2
"""In each step."""
WANTED = timedelta(minutes=5)
"""From the recovery of the server to the last mail that waited for it."""
NEVER = datetime.max.replace(tzinfo=UTC)
DOWN = "is down"
FAULTS = [DOWN, Mood.BUSY, Mood.CUTS_GREETING, Mood.SILENT, Mood.SILENT_AFTER_DATA, Mood.CUTS_AFTER_DATA]
STALLING = {Mood.SILENT, Mood.SILENT_AFTER_DATA}
GONE = "gone@example.com"
SAID = "One message could not be delivered."


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench mail_faults", description=__doc__)
    options = options_of(parser).parse_args(arguments)
    is_well = [_run(name, server) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


def _run(name: str, server: str) -> bool:
    with tempfile.TemporaryDirectory() as folder, MailHost() as mail:
        authority = Path(folder) / "authority.pem"
        AUTHORITY.cert_pem.write_to_path(str(authority))
        login = f"{ACCOUNT.login.decode()}:{ACCOUNT.password.decode().replace(' ', '%20')}"
        settings = {
            "SSL_CERT_FILE": str(authority),
            "EMAIL_URL": f"smtp+tls://{login}@{HOST}:{mail.port}",
            "CANARY_MINUTES": "0",
        }
        with new_database(server, **settings) as run, site(run) as served:
            day = Day(run, served, mail, datetime.now(UTC))
            return _report(name, day, list(day.pass_by()))


@dataclass
class MailHost:
    """Where a mail server is, or is not, always at the same port."""

    port: int = 0
    kept: list[str] = field(default_factory=list)
    """The Message-ID of each mail that arrived."""
    server: MailServer | None = None

    def __enter__(self) -> MailHost:
        self.become(Mood.WELL)
        return self

    def __exit__(self, *_: object) -> None:
        self.become(DOWN)

    def become(self, how: str) -> None:
        if self.server and how != self.server.mood:
            self.server.stop()
            self.kept += [mail["Message-ID"] for mail in self.server.received]
            self.server = None
        if not self.server and how != DOWN:
            self.server = MailServer(self.port, is_guarded=True)
            self.server.refused[GONE] = "550 no such user"
            self.server.start()
            self.server.mood = Mood(how)
            self.port = self.server.port


@dataclass
class Hours:
    """What was seen while the server behaved in one way."""

    how: str
    posts: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    rounds: list[Round] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    """The keys of the mails that waited at their end."""
    ended: datetime = NEVER


@dataclass
class Day:
    run: Database
    site: Site
    mail: MailHost
    now: datetime
    number: int = 0

    def pass_by(self) -> Iterator[Hours]:
        for fault in FAULTS:
            yield self._hours(fault)
            yield self._hours(Mood.WELL)
        self._book(GONE)
        self._work(STEP)

    def _hours(self, how: str) -> Hours:
        self.mail.become(how)
        seen = Hours(how)
        for _ in range(HOURS // STEP):
            worker = self.run.start(work, self.now, self.now + STEP, stalls=how in STALLING)
            for _ in range(POSTS):
                seen.statuses[self._book(seconds=seen.posts)] += 1
            seen.rounds.append(worker.result())
            self.now += STEP
        seen.ended = self.now
        seen.waiting = [fate.key for fate in self.run.run(fates) if fate.state == "waiting"]
        return seen

    def _work(self, span: timedelta) -> None:
        self.run.run(work, self.now, self.now + span)
        self.now += span

    def _book(self, email: str = "", *, seconds: list[float] | None = None) -> int:
        """A request for no time in particular: there are not enough of them for a day like this."""
        self.number += 1
        form = booking_form(self.number, "none") | ({"email": email} if email else {})
        answer = send(self.site.port, Post("/book/", form))
        if seconds is not None:
            seconds.append(answer.seconds)
        return answer.status

    def desk(self) -> str:
        connection = HTTPConnection(HOST, self.site.port, timeout=60)
        connection.request("GET", "/admin/", headers={"Cookie": f"sessionid={self.site.session}"})
        html = connection.getresponse().read().decode()
        connection.close()
        return html


def _report(name: str, day: Day, hours: list[Hours]) -> bool:
    known = {fate.key: fate for fate in day.run.run(fates)}
    say(f"{name}: {len(known)} mails of {day.number} bookings in a day")
    say(
        f"{'the mail server':<27}{'attempts':>9}{'waited':>8}{'out after':>11}{'longest round':>15}  POST, ms"
    )
    late = [_tell(bad, good, known) for bad, good in zip(hours[::2], hours[1::2], strict=True)]
    day.mail.become(DOWN)
    arrived = Counter(day.mail.kept)
    states = Counter(fate.state for fate in known.values())
    missing = [key for key, fate in known.items() if fate.state == "sent" and not arrived[f"<{key}@{HOST}>"]]
    say(
        f"At its end: {dict(states)}, {len(missing)} said to be sent and not arrived, "
        f"{arrived.total() - len(arrived)} further copies of {sum(n > 1 for n in arrived.values())} mails"
    )
    refused = [fate.recipient for fate in known.values() if fate.state == "failed"]
    is_told = SAID in day.desk()
    statuses = sum((each.statuses for each in hours), Counter[int]())
    say(f"Failed: {refused}; the desk says so: {is_told}; answers to bookings: {dict(statuses)}")
    is_well = not missing and states.keys() == {"sent", "failed"} and refused == [GONE]
    return is_well and max(late) <= WANTED and is_told and statuses.keys() == {303}


def _tell(bad: Hours, good: Hours, known: dict[str, Fate]) -> timedelta:
    """Says what came of one fault, beside the hours after it. Returns how long it outlasted the fault."""
    late = max(((known[key].sent_at or NEVER) - bad.ended for key in bad.waiting), default=timedelta())
    posts = [median(hours.posts) * 1000 for hours in (bad, good)]
    say(
        f"{bad.how:<27}{sum(each.attempts for each in bad.rounds):>9}{len(bad.waiting):>8}"
        f"{late.total_seconds():>9.0f} s{max(each.longest for each in bad.rounds):>13.0f} s"
        f"  {posts[0]:.0f}/{posts[1]:.0f} = {posts[0] / posts[1]:.2f}"
    )
    return late
