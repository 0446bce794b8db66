"""The two roles of staff. Editors own what the site says, advisers own the requests."""

from typing import Any

from django.apps import AppConfig

ROLES = {"pages": "Editors", "leads": "Advisers"}


def create_role(app_config: AppConfig, **kwargs: Any) -> None:
    """Makes an app's role once, with every permission of the app. What an owner changes afterwards stays.

    Called after each app's migrations, when Django has made that app's permissions.
    """
    from django.contrib.auth.models import Group, Permission

    if app_config.label not in ROLES:
        return
    group, is_new = Group.objects.get_or_create(name=ROLES[app_config.label])
    if is_new:
        group.permissions.set(Permission.objects.filter(content_type__app_label=app_config.label))
