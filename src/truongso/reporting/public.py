"""What other rooms may use of reporting."""

from truongso.reporting.periods import between, parse
from truongso.reporting.queries import cashless_figures

__all__ = ["between", "cashless_figures", "parse"]
