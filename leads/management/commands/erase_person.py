from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.management.commands.find_person import NOTHING_KEPT, in_words
from leads.privacy.erasing import NotErased, erase, why_not
from leads.privacy.person import Person


class Command(BaseCommand):
    help = (
        "Erases a person: whoever has this address goes, the counts stay. Ends with "
        f"{NOTHING_KEPT} when nothing is kept about it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go.")
        parser.add_argument(
            "--cancel", action="store_true", help="Cancel open requests first, without a mail about it."
        )

    def handle(self, *, address: str, dry_run: bool, cancel: bool, **options: Any) -> None:
        person, now = Person.find(address), timezone.now()
        if not person:
            raise CommandError(f"Nothing is kept about {person.address}.", returncode=NOTHING_KEPT)
        for line in in_words(person):
            self.stdout.write(line)
        try:
            if dry_run:
                _check(why_not(person, at=now, cancelling=cancel))
                self.stdout.write("Nothing was erased: this was a dry run.")
            else:
                erasure = erase(person, by=None, at=now, cancelling=cancel)
                self.stdout.write(f"Erased: {erasure.requests} requests and {erasure.messages} messages.")
        except NotErased as reason:
            raise CommandError(f"Nothing was erased. {reason}") from reason


def _check(reason: str) -> None:
    if reason:
        raise NotErased(reason)
