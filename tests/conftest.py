"""What several suites need: the people of the site."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db.models.signals import post_migrate
from django.test import Client
from hypothesis import settings

from coaching_site.audit.append_only import enforce_after_migrations
from leads.counting.counters import Counters
from pages import memory

# The same examples at every run, and no deadline: other people's machines are slower than ours.
settings.register_profile("site", deadline=None, derandomize=True)
settings.load_profile("site")

# Between tests the tables are emptied, which the triggers of the audit trail refuse. Its own tests make them.
assert post_migrate.disconnect(enforce_after_migrations, sender=apps.get_app_config("audit"))


NEEDS_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what a run on another database has to repeat: the rest would only say the same once more."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or NEEDS_DATABASE.intersection(fixtures):
            item.add_marker("database")


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """A test's database goes back to where it was, which no other database does."""
    memory.forget_all()


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_superuser("owner", "owner@example.com", "correct horse battery")


@pytest.fixture
def adviser(db: None) -> User:
    return _member_of("Advisers")


@pytest.fixture
def editor(db: None) -> User:
    return _member_of("Editors")


@pytest.fixture
def as_owner(owner: User) -> Client:
    return _signed_in(owner)


@pytest.fixture
def as_adviser(adviser: User) -> Client:
    return _signed_in(adviser)


@pytest.fixture
def as_editor(editor: User) -> Client:
    return _signed_in(editor)


@pytest.fixture
def counters(monkeypatch: pytest.MonkeyPatch) -> Counters:
    """As a process has them that has just started: nothing counted yet, and written when a test says so."""
    fresh = Counters(every=None)
    monkeypatch.setattr("leads.views.counters", fresh)
    monkeypatch.setattr("leads.counting.views.counters", fresh)
    return fresh


def _member_of(role: str) -> User:
    user = User.objects.create_user(
        role.lower(), f"{role.lower()}@example.com", "correct horse battery", is_staff=True
    )
    user.groups.add(Group.objects.get(name=role))
    return user


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
