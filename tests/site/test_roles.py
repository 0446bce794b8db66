import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command


def apps_of(user: User) -> set[str]:
    return {permission.partition(".")[0] for permission in user.get_all_permissions()}


def test_editor_owns_what_the_site_says(editor: User) -> None:
    assert apps_of(editor) == {"pages"}
    assert editor.has_perm("pages.change_landingpage")


def test_adviser_owns_the_requests(adviser: User) -> None:
    assert apps_of(adviser) == {"leads"}
    assert adviser.has_perm("leads.change_bookingrequest")


@pytest.mark.django_db
def test_what_an_owner_took_from_a_role_stays_taken() -> None:
    editors = Group.objects.get(name="Editors")
    editors.permissions.clear()

    call_command("migrate", verbosity=0)

    assert not editors.permissions.exists()


@pytest.mark.django_db
def test_a_role_gets_the_permissions_that_a_release_brings() -> None:
    advisers = Group.objects.get(name="Advisers")
    Permission.objects.filter(codename="view_message").delete()

    call_command("migrate", verbosity=0)

    assert advisers.permissions.filter(codename="view_message").exists()
