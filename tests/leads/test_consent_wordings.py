"""Each wording that people agreed to is kept, with the day from which it was in use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from types import SimpleNamespace

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client

from leads import migrations
from leads.models import BookingPage, ConsentWording
from tests.counting import queries_of
from tests.leads.factories import submitted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "/admin/leads/consentwording/"


def saved(at: datetime, **words: str) -> None:
    page = BookingPage.current()
    for name, text in words.items():
        setattr(page, name, text)
    with time_machine.travel(at, tick=False):
        page.save()


def versions(kind: str) -> list[tuple[str, datetime]]:
    return list(ConsentWording.objects.filter(kind=kind).order_by("since").values_list("text", "since"))


def test_each_changed_wording_becomes_a_version_and_the_others_none() -> None:
    saved(NOW, consent="Keep it", mail_consent="Write to me", privacy_notice="")
    saved(NOW + DAY, consent="Keep it well")
    saved(NOW + 2 * DAY, heading="Book a call")
    saved(NOW + 3 * DAY, consent="Keep it")

    assert versions("consent") == [("Keep it", NOW), ("Keep it well", NOW + DAY), ("Keep it", NOW + 3 * DAY)]
    assert versions("mail_consent") == [("Write to me", NOW)]
    assert versions("privacy_notice") == []


def test_wording_of_an_instant_is_the_last_one_before_it() -> None:
    saved(NOW, privacy_notice="First")
    saved(NOW + DAY, privacy_notice="Second")
    kind = ConsentWording.Kind.PRIVACY_NOTICE

    told = [ConsentWording.in_use(kind, at=NOW + days * DAY) for days in [-1, 0, 0.5, 1]]

    assert told == ["", "First", "First", "Second"]


def test_desk_shows_how_many_agreed_to_each_wording(as_owner: Client) -> None:
    saved(NOW, consent="Old words", mail_consent="Mail me", privacy_notice="We care")
    saved(NOW + DAY, consent="New words")
    for consent, mail_consent in [("Old words", ""), ("Old words", "Mail me"), ("New words", "")]:
        submitted(consent=consent, mail_consent=mail_consent)

    page = as_owner.get(URL).content.decode()

    rows = re.findall(r'field-words">(.*?)</td>.*?field-requests">(.*?)</td>', page, re.DOTALL)
    assert dict(rows) == {
        "“New words”": "1",
        "“Old words”": "2",
        "“Mail me”": "1",
        "“We care”": "not stored with a request",
    }


def test_nobody_changes_a_wording(as_owner: Client) -> None:
    saved(NOW, consent="Old words")
    wording = ConsentWording.objects.get(kind="consent")

    answers = [
        as_owner.post(f"{URL}{path}/").status_code
        for path in ["add", f"{wording.pk}/change", f"{wording.pk}/delete"]
    ]

    assert answers == [403, 403, 403]


def test_more_wordings_take_no_more_queries(as_owner: Client) -> None:
    saved(NOW, consent="First")
    few = queries_of(as_owner, URL)
    for number in range(5):
        saved(NOW + (number + 1) * DAY, consent=f"No. {number}")

    assert queries_of(as_owner, URL) == few


def test_words_of_earlier_requests_become_versions_when_the_site_is_renewed() -> None:
    saved(NOW, consent="New words", mail_consent="Mail me", privacy_notice="We care")
    ConsentWording.objects.all().delete()
    for days, consent in [(3, "Old words"), (2, "Old words"), (1, "New words")]:
        submitted(consent=consent, at=NOW - days * DAY)
    [name] = [
        each.name for each in iter_modules(migrations.__path__) if each.name.endswith("wordings_in_use")
    ]
    migration = import_module(f"leads.migrations.{name}")

    for _ in range(2):
        migration.keep_wordings(apps, SimpleNamespace(connection=connection))

    assert versions("consent") == [("Old words", NOW - 3 * DAY), ("New words", NOW - DAY)]
    assert [text for text, _ in versions("mail_consent") + versions("privacy_notice")] == [
        "Mail me",
        "We care",
    ]
