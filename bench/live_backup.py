"""A backup while bookings and pictures come in, put back into an empty place: nothing may be missing or half.

Before the backup begins it is noted what has been acknowledged so far. All of that must be in the restored
place, whatever came later may be, and each row and file of it must be whole.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

from django.core.files.storage import default_storage

from bench.delivery.tools import ROOT
from bench.runs import names_of, new_database, options_of, say
from leads.models import BookingRequest
from pages.models import Picture
from tests.contention.crowd import PATIENCE, Post, send
from tests.contention.database import Database
from tests.contention.desk import TOKEN
from tests.contention.rounds import booking_form
from tests.contention.site import Site, site
from tests.pages.pictures import as_file, image

BOUNDARY = "b" * 20
ENOUGH = 30
"""Requests that are there before the first backup begins."""


def main(arguments: Sequence[str] = ()) -> int:
    parser = options_of(argparse.ArgumentParser(prog="python -m bench live_backup", description=__doc__))
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    is_well = [_run(name, server, options.rounds) for name, server in names_of(options)]
    return 0 if all(is_well) else 1


@dataclass
class Crowd:
    """People who book, and staff who upload, until told to stop."""

    site: Site
    over: Event = field(default_factory=Event)
    booked: list[str] = field(default_factory=list)
    """The token of each request that was acknowledged."""
    uploaded: list[str] = field(default_factory=list)
    """The title of each picture that was taken."""
    refused: list[str] = field(default_factory=list)

    def book(self, number: int) -> None:
        while not self.over.is_set():
            number += 10
            answer = send(self.site.port, Post("/book/", booking_form(number, "none")))
            if answer.status == 303:
                self.booked.append(answer.headers["Location"].strip("/").split("/")[-1])
            else:
                self.refused.append(f"booking: {answer.status}")

    def upload(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            title = f"Picture {number}"
            status = self._post_picture(title, as_file(image(900 + number, 600)))
            if status == 302:
                self.uploaded.append(title)
            else:
                self.refused.append(f"upload: {status}")

    def _post_picture(self, title: str, content: bytes) -> int:
        fields = {"csrfmiddlewaretoken": TOKEN, "title": title, "alternative_text": "Halves of two colours"}
        parts = [f'name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
        parts.append('name="upload"; filename="halves.jpg"\r\nContent-Type: image/jpeg\r\n\r\n')
        head = "".join(f"--{BOUNDARY}\r\nContent-Disposition: form-data; {part}" for part in parts)
        connection = HTTPConnection("127.0.0.1", self.site.port, timeout=PATIENCE)
        connection.request(
            "POST",
            "/admin/pages/picture/add/",
            head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Cookie": f"sessionid={self.site.session}; csrftoken={TOKEN}",
                "Sec-Fetch-Site": "same-origin",
            },
        )
        status = connection.getresponse().status
        connection.close()
        return status


@dataclass(frozen=True)
class Contents:
    """What a place holds, as far as the crowd made it."""

    tokens: list[str]
    halves: list[str]
    """Requests without their event or their two mails."""
    titles: list[str]
    files: dict[str, str]
    """The SHA-256 of each picture's file, by its name; empty when there is none."""


def contents() -> Contents:
    """Runs where the database is."""
    bookings = BookingRequest.objects.prefetch_related("events", "messages")
    pictures = list(Picture.objects.all())
    return Contents(
        [booking.token for booking in bookings],
        [each.token for each in bookings if (len(each.events.all()), len(each.messages.all())) != (1, 2)],
        [picture.title for picture in pictures],
        {picture.name: _checksum(picture.name) for picture in pictures},
    )


def _checksum(name: str) -> str:
    if not default_storage.exists(name):
        return ""
    with default_storage.open(name) as file:
        return hashlib.sha256(file.read()).hexdigest()


def _run(name: str, server: str, rounds: int) -> bool:
    with (
        new_database(server, CANARY_MINUTES="0") as run,
        site(run) as served,
        ThreadPoolExecutor(4) as threads,
    ):
        crowd = Crowd(served)
        working = [threads.submit(crowd.book, number) for number in range(3)] + [threads.submit(crowd.upload)]
        faults: list[str] = []
        try:
            while len(crowd.booked) < ENOUGH or not crowd.uploaded:
                time.sleep(0.1)
            for _ in range(rounds):
                faults += _round(name, server, run, crowd)
        finally:
            crowd.over.set()
        for each in working:
            each.result()
    for line in [*faults, *crowd.refused][:10]:
        say(f"{'':<12}{line}")
    return not faults and not crowd.refused


def _round(name: str, server: str, run: Database, crowd: Crowd) -> list[str]:
    booked, uploaded = set(crowd.booked), set(crowd.uploaded)
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        _manage(run.environment, "backup", "--to", folder)
        seconds = time.monotonic() - began
        while_it_ran = len(crowd.booked) - len(booked), len(crowd.uploaded) - len(uploaded)
        [archive] = Path(folder).glob("*.tar")
        with new_database(server) as there:
            said = _manage(there.environment, "restore", str(archive))
            found = there.run(contents)
    here = run.run(contents)
    faults = [
        *(f"request {token} is missing" for token in booked - set(found.tokens)),
        *(f"picture {title} is missing" for title in uploaded - set(found.titles)),
        *(f"request {token} is half there" for token in found.halves),
        *(f"{file} is not what it was" for file, sha in found.files.items() if sha != here.files[file]),
        *(f"{file} is not there" for file, sha in found.files.items() if not sha),
    ]
    say(
        f"{name:<12}backup in {seconds:.1f} s, while {while_it_ran[0]} bookings, {while_it_ran[1]} pictures "
        f"came; restored: {len(found.tokens)} requests ({len(booked)} before it began), "
        f"{len(found.files)} pictures ({len(uploaded)}), {len(faults)} faults. {said.strip()}"
    )
    return faults


def _manage(environment: dict[str, str], *arguments: str) -> str:
    """What the command printed. Raises CalledProcessError when it failed."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(  # noqa: S603 (our own command)
        command, env=environment, stdout=subprocess.PIPE, text=True, check=True
    ).stdout
