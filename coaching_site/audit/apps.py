from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    """Stands behind every app whose rows it watches: all their models must be there."""

    name = "coaching_site.audit"
    label = "audit"
    verbose_name = "Who did what"

    def ready(self) -> None:
        from coaching_site.audit import sign_in  # noqa: F401  (listens)
        from coaching_site.audit.append_only import enforce_after_migrations
        from coaching_site.audit.recording import watch, watch_updates
        from coaching_site.audit.scope import is_recorded

        for model in apps.get_models():
            if is_recorded(model):
                watch(model)
        watch_updates()
        post_migrate.connect(enforce_after_migrations, sender=self)
