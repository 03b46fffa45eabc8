from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    name = "truongso.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from truongso.accounts.web import declared  # noqa: PLC0415 - needs loaded apps

        checks.register(declared.bypass_problems, checks.Tags.security, deploy=True)
        checks.register(declared.address_problems, checks.Tags.security, deploy=True)
