from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "coaching_site.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from coaching_site.sign_in import second_factor  # noqa: F401  (listens)
