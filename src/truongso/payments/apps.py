from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "truongso.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The pupil's page shows his own number at the bank."""
        from truongso.payments.virtual_accounts.panel import pupil_panel  # noqa: PLC0415 - models are ready only now
        from truongso.people.public import add_panel  # noqa: PLC0415

        add_panel("payments.virtual_accounts", pupil_panel)
