from django.apps import AppConfig


class BankingConfig(AppConfig):
    name = "truongso.banking"
    label = "banking"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Families whose claim to have paid is being looked into are not reminded meanwhile."""
        from truongso.banking.claims.queries import claimed_invoices  # noqa: PLC0415 - models are ready only now
        from truongso.payments.public import leave_out_of_reminders  # noqa: PLC0415

        leave_out_of_reminders("banking.claims", claimed_invoices)
