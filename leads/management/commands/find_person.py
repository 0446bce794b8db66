"""What is kept about a mail address, as sentences or as the file for the person."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.privacy.as_file import as_file
from leads.privacy.person import Person

NOTHING_KEPT = 3


class Command(BaseCommand):
    help = f"Says what is kept about an address. Ends with {NOTHING_KEPT} when that is nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--json", type=Path, metavar="FILE", help="Write all of it into a new file.")

    def handle(self, *, address: str, json: Path | None, **options: Any) -> None:
        person = Person.find(address)
        if not person:
            raise CommandError(f"Nothing is kept about {person.address}.", returncode=NOTHING_KEPT)
        for line in in_words(person):
            self.stdout.write(line)
        if json:
            _write(person, json)
            self.stdout.write(f"All of it is in {json}, which only you can read.")


def in_words(person: Person) -> list[str]:
    lines = [f"About {person.address}:"]
    lines += [f"  {count} {name}" for name, count in person.counts().items()]
    lines += [f"  request {each.pk}: {each}, {each.get_status_display().lower()}" for each in person.requests]
    if person.exports:
        lines.append(f"  {len(person.exports)} exports since then may hold it")
    if person.has_account:
        lines.append("  somebody of the staff has an account with this address")
    return lines


def _write(person: Person, file: Path) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump(as_file(person, at=timezone.now()), target, ensure_ascii=False, indent=2)
