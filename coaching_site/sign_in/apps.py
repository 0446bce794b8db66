from allauth.account.apps import AccountConfig
from django.apps import AppConfig


class AccountsConfig(AccountConfig):
    """django-allauth's own, which would insist on its middleware for every page."""

    def ready(self) -> None:
        from allauth.account import checks  # noqa: F401  (registers itself)


class SignInConfig(AppConfig):
    name = "coaching_site.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from coaching_site.sign_in import second_factor  # noqa: F401  (listens)
