from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, pre_migrate


class StaffConfig(AdminConfig):
    """Django's admin, with our desk as its site."""

    default_site = "coaching_site.staff.StaffSite"


class CoachingSiteConfig(AppConfig):
    name = "coaching_site"

    def ready(self) -> None:
        from coaching_site import checks  # noqa: F401  (registers itself)
        from coaching_site.roles import extend_role, remember_permissions

        pre_migrate.connect(remember_permissions)
        post_migrate.connect(extend_role)
