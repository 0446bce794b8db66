from __future__ import annotations

import errno
import os
import secrets
import socket
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import Error as DatabaseTrouble
from django.db import OperationalError, connection

from coaching_site.environment import BadVariable
from coaching_site.processes import Processes
from coaching_site.static_files import collect_static_files

HOST = "127.0.0.1"
OWNER = "owner"


class Command(BaseCommand):
    help = "Prepares the site and serves it, web and worker together, until TERM or Ctrl-C."

    def handle(self, **options: Any) -> None:
        refuse_taken_port(settings.PORT)
        prepare_database()
        collect_static_files()
        call_command("load_starter_page")
        password = make_first_account()
        # The children import the site from wherever this was called.
        os.environ["PYTHONPATH"] = str(settings.BASE_DIR)
        with Processes() as processes:
            processes.start("web server", [sys.executable, "-m", "gunicorn", "-c", GUNICORN_CONFIG])
            processes.start("worker", [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"])
            self.say_where(password)
            ended = processes.wait()
        if ended:
            self.stderr.write(f"The {ended} ended by itself, so everything was stopped.")
            sys.exit(1)

    def say_where(self, password: str | None) -> None:
        self.stdout.write(f"The site     {settings.SITE_URL}/")
        self.stdout.write(f"Staff desk   {settings.SITE_URL}/admin/")
        if password:
            self.stdout.write(f"Sign in as   {OWNER}, password {password} (shown only this once)")
        self.stdout.write(f"Mail         {where_mail_goes()}")
        self.stdout.write("Stop with    Ctrl-C")


GUNICORN_CONFIG = "python:coaching_site.gunicorn_config"


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise BadVariable(f"PORT {port} is taken by another program; choose another one.") from error
            raise BadVariable(f"PORT {port} cannot be used: {error.strerror}.") from error


def prepare_database() -> None:
    try:
        connection.ensure_connection()
    except DatabaseTrouble as trouble:
        raise BadVariable(
            f"DATABASE_URL names a database that cannot be used: {_first_line(trouble)}."
        ) from trouble
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as trouble:
        raise BadVariable(
            f"DATABASE_URL names a database that cannot be written: {_first_line(trouble)}."
        ) from trouble


def make_first_account() -> str | None:
    """A staff account for the owner, when there is no account at all. Returns its password."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    User.objects.create_superuser(OWNER, settings.STAFF_EMAIL, password)
    return password


def where_mail_goes() -> str:
    if settings.EMAIL_HOST:
        return f"sent through {settings.EMAIL_HOST}"
    if settings.EMAIL_BACKEND.startswith("coaching_site."):
        return f"kept as files in {settings.MAIL_DIR} (EMAIL_URL names a mail server)"
    return "printed here"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
