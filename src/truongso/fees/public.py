"""What other rooms may do with fees."""

from truongso.fees.locks import LockedInvoice, LockedLine, lock_invoices
from truongso.fees.messages import problem_text, refusal_text
from truongso.fees.models import FeeItem, Invoice, InvoiceLine  # what the queries below return
from truongso.fees.queries.invoices import (
    ClassDebt,
    InvoiceFilter,
    OpenInvoice,
    PaidState,
    SchoolFigures,
    class_names,
    debts_by_class,
    invoice_by_code,
    invoice_by_public_id,
    invoice_by_short_id,
    invoices,
    invoices_anywhere,
    invoices_by_code,
    invoices_by_id,
    invoices_of_family,
    invoices_of_student,
    lines_of,
    open_invoices,
    school_figures,
    state_of,
)
from truongso.fees.queries.matching import InvoiceForMatching, invoices_for_matching
from truongso.fees.queries.plans import PlanTotals, plan_totals, problems
from truongso.fees.queries.rounds import (
    ClassFigures,
    RoundFigures,
    RoundRow,
    classes_of_round,
    round_by_id,
    rounds_of,
)
from truongso.fees.services.adjust import CreditNote, add_extra_line, cancel_invoice, credit_line, credit_lines
from truongso.fees.services.catalogue import add_rate, create_item, install_reduction_rules, seed_catalogue
from truongso.fees.services.choices import add_exemption, end_exemption, end_opt_ins, opt_in
from truongso.fees.services.issue import close_round, resume_issue, start_issue
from truongso.fees.services.law import add_reduction_rule
from truongso.fees.services.plan import plan_round
from truongso.fees.services.rounds import copy_round, create_round, set_classes, set_items

__all__ = [
    "ClassDebt",
    "ClassFigures",
    "CreditNote",
    "FeeItem",
    "Invoice",
    "InvoiceFilter",
    "InvoiceForMatching",
    "InvoiceLine",
    "LockedInvoice",
    "LockedLine",
    "OpenInvoice",
    "PaidState",
    "PlanTotals",
    "RoundFigures",
    "RoundRow",
    "SchoolFigures",
    "add_exemption",
    "add_extra_line",
    "add_rate",
    "add_reduction_rule",
    "cancel_invoice",
    "class_names",
    "classes_of_round",
    "close_round",
    "copy_round",
    "create_item",
    "create_round",
    "credit_line",
    "credit_lines",
    "debts_by_class",
    "end_exemption",
    "end_opt_ins",
    "install_reduction_rules",
    "invoice_by_code",
    "invoice_by_public_id",
    "invoice_by_short_id",
    "invoices",
    "invoices_anywhere",
    "invoices_by_code",
    "invoices_by_id",
    "invoices_for_matching",
    "invoices_of_family",
    "invoices_of_student",
    "lines_of",
    "lock_invoices",
    "open_invoices",
    "opt_in",
    "plan_round",
    "plan_totals",
    "problem_text",
    "problems",
    "refusal_text",
    "resume_issue",
    "round_by_id",
    "rounds_of",
    "school_figures",
    "seed_catalogue",
    "set_classes",
    "set_items",
    "start_issue",
    "state_of",
]
