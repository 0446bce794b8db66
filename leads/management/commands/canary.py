from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.canary.flight import fly


class Command(BaseCommand):
    help = "Books a call at the public address as a visitor does, looks at it, and takes it away."

    def handle(self, **options: Any) -> None:
        if problem := fly(timezone.now()):
            raise CommandError(problem)
        self.stdout.write(f"A call can be booked at {settings.SITE_URL}.")
