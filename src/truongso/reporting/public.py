"""What other rooms may use of reporting."""

from truongso.reporting.cashless import add_up
from truongso.reporting.flags.queries import flags
from truongso.reporting.flags.queries import waiting_for_word as flags_waiting
from truongso.reporting.flags.services import check_school
from truongso.reporting.flags.services import write_note as write_flag_note
from truongso.reporting.labels import EVIDENCE_NAMES, NATURES, period_label, period_refusal
from truongso.reporting.periods import Period, PeriodError, PeriodKind, between, calendar_year, one_day
from truongso.reporting.posting.services import make_file as make_posting_file
from truongso.reporting.queries import (
    NatureFigures,
    PaymentsBehind,
    cashless_figures,
    day_figures,
    nature_figures,
    payments_behind,
    standing_by_day,
)
from truongso.reporting.rules import last_day_in_time, next_reports, read_period, target_percent

__all__ = [
    "EVIDENCE_NAMES",
    "NATURES",
    "NatureFigures",
    "PaymentsBehind",
    "Period",
    "PeriodError",
    "PeriodKind",
    "add_up",
    "between",
    "calendar_year",
    "cashless_figures",
    "check_school",
    "day_figures",
    "flags",
    "flags_waiting",
    "last_day_in_time",
    "make_posting_file",
    "nature_figures",
    "next_reports",
    "one_day",
    "payments_behind",
    "period_label",
    "period_refusal",
    "read_period",
    "standing_by_day",
    "target_percent",
    "write_flag_note",
]
