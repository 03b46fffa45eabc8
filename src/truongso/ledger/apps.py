from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from truongso.ledger.chart import ChartError, chart


class LedgerConfig(AppConfig):
    name = "truongso.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A chart that cannot be stops the start, not the first booking."""
        try:
            chart()
        except ChartError as error:
            raise ImproperlyConfigured(f"TRUONGSO_CHART: {error}") from error
