from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from coaching_site.management.commands.serve import OWNER, make_first_account, prepare_database
from coaching_site.static_files import collect_static_files


class Command(BaseCommand):
    help = (
        "What a release needs before it serves, safe to repeat and while the release before it still serves: "
        "brings the tables up to date, collects static files, and gives an empty site the starter page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--first-account", action="store_true", help="Make a staff account when there is none at all."
        )

    def handle(self, *, first_account: bool, **options: Any) -> None:
        prepare_database()
        collect_static_files()
        call_command("load_starter_page")
        if first_account and (password := make_first_account()):
            self.stdout.write(f"Sign in as {OWNER}, password {password} (shown only this once)")
