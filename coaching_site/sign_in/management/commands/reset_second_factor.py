from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from coaching_site.audit.acting import Actor
from coaching_site.audit.models import Change
from coaching_site.audit.recording import record
from coaching_site.sign_in import second_factor


class Command(BaseCommand):
    help = "Takes all second factors from an account whose owner lost them, and ends its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”.")
        if not second_factor.take_away(user):
            self.stdout.write(f"“{username}” has no second factor. Its sessions are ended.")
            return
        by = Actor(None, "the command line")
        record(Change.Act.FACTOR_REMOVED, by, User, user.pk, label=username)
        self.stdout.write(f"“{username}” signs in by password alone now, and adds a new second factor then.")
