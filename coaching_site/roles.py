"""The two roles of staff. Editors own what the site says, advisers own the requests."""

from typing import Any

from django.apps import AppConfig
from django.db import connections

ROLES = {"pages": "Editors", "leads": "Advisers"}

OWNERS_ALONE = {"erase_person", "add_retentionrules", "change_retentionrules", "delete_retentionrules"}
"""What no role can by itself, because there is no way back. An owner may add it to one."""

_known: set[int] = set()
"""The permissions that were there before the migrations that are running."""


def remember_permissions(using: str, **kwargs: Any) -> None:
    """Called before each app's migrations, the first time without a single table."""
    from django.contrib.auth.models import Permission

    if Permission._meta.db_table in connections[using].introspection.table_names():
        _known.update(Permission.objects.using(using).values_list("pk", flat=True))


def extend_role(app_config: AppConfig, using: str, **kwargs: Any) -> None:
    """Gives an app's role the permissions that are new with this release, and a new role all of them.

    What an owner took from a role stays taken. Called after each app's migrations, when Django has made
    that app's permissions.
    """
    from django.contrib.auth.models import Group, Permission

    if app_config.label not in ROLES:
        return
    group, is_new = Group.objects.using(using).get_or_create(name=ROLES[app_config.label])
    own = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    own = own.exclude(codename__in=OWNERS_ALONE)
    group.permissions.add(*(own if is_new else own.exclude(pk__in=_known)))
