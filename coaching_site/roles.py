"""The two roles of staff. Editors own what the site says, advisers own the requests."""

from typing import Any

ROLES = {"Editors": "pages", "Advisers": "leads"}


def create_roles(**kwargs: Any) -> None:
    """Makes each role once, with every permission of its app. What an owner changes afterwards stays."""
    from django.contrib.auth.models import Group, Permission

    for name, app_label in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(Permission.objects.filter(content_type__app_label=app_label))
