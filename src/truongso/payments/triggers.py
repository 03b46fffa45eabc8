"""Guards of money: derived columns follow from rows, rows are append-only, receipt numbers have no gaps."""

from truongso.kernel.triggers import Trigger, append_only, fixed, never_deleted, refuse, refuse_changed, refuse_new
from truongso.payments.bills.triggers import TRIGGERS as BILL_TRIGGERS
from truongso.payments.cash.triggers import TRIGGERS as CASH_TRIGGERS
from truongso.payments.changes.triggers import TRIGGERS as CHANGE_TRIGGERS
from truongso.payments.credit.triggers import TRIGGERS as CREDIT_TRIGGERS
from truongso.payments.einvoice.triggers import TRIGGERS as EINVOICE
from truongso.payments.gateways.triggers import TRIGGERS as GATEWAY_TRIGGERS
from truongso.payments.partners.triggers import TRIGGERS as PARTNER_TRIGGERS
from truongso.payments.pos.triggers import TRIGGERS as POS_TRIGGERS
from truongso.payments.refunds.triggers import TRIGGERS as REFUND_TRIGGERS
from truongso.payments.reminders.triggers import TRIGGERS as REMINDERS
from truongso.payments.settlements.triggers import TRIGGERS as SETTLEMENT_TRIGGERS
from truongso.payments.signing.triggers import TRIGGERS as SIGNING
from truongso.payments.virtual_accounts.triggers import TRIGGERS as VIRTUAL_ACCOUNTS

_SIGNED = "CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END"


# Credit and refunded money by the kind of the movement.
_CREDIT = "CASE WHEN kind IN ('reversal', 'used', 'refunded') THEN -amount ELSE amount END"
_REFUNDED = "CASE kind WHEN 'refunded' THEN amount WHEN 'kept' THEN -amount ELSE 0 END"


def _derived(table: str, column: str, source: str, where: str, signed: str = _SIGNED) -> Trigger:
    """Refuse any value of a derived column but the sum of its signed rows (invariants I02, I03, I04).

    Sums of allocations change with every payment: PostgreSQL compares all rows of a statement at once. The others
    change seldom and are compared only where they are set.
    """
    condition = f"NEW.{column} <> (SELECT COALESCE(SUM({signed}), 0) FROM {source} WHERE {where})"
    name, message = f"{column}_derived", f"{column} differs from its rows"
    if source == "payments_allocation":
        return refuse_changed(name, table, column, condition, message)
    return refuse(name, table, f"UPDATE OF {column}", condition, message)


def _born(name: str, table: str, condition: str, message: str) -> Trigger:
    """Refuse a new row by its own values alone: no function is called for the rows that are as they should be."""
    return refuse(name, table, "INSERT", "TRUE", message, only_when=condition)


def _apply(table: str, targets: dict[tuple[str, str], str]) -> Trigger:
    """After rows are added, carry their signed amounts into derived columns: {(target table, column): key column}.

    PostgreSQL runs AFTER ROW triggers when the whole statement is done, so there one statement trigger adds up all
    new rows at once; SQLite runs them row by row.
    """
    signed = "(CASE WHEN NEW.reverses_id IS NULL THEN NEW.amount ELSE -NEW.amount END)"
    grouped = " ".join(
        f"UPDATE {target} SET {column} = {target}.{column} + d.s FROM (SELECT school_id, {key}, SUM({_SIGNED}) AS s "
        f"FROM fresh GROUP BY school_id, {key}) d WHERE {target}.id = d.{key} AND {target}.school_id = d.school_id;"
        for (target, column), key in targets.items()
    )
    single = " ".join(
        f"UPDATE {target} SET {column} = {column} + {signed} WHERE id = NEW.{key} AND school_id = NEW.school_id;"
        for (target, column), key in targets.items()
    )
    return Trigger(
        name=f"ts_{table}_then_apply",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=f"{grouped} RETURN NULL;",
        row_by_row=True,
        sqlite_when="AFTER INSERT ON {table}",
        sqlite=single,
    )


def _of_new(signed: str) -> str:
    """The same expression for the row being written."""
    return f"({signed.replace('kind', 'NEW.kind').replace('amount', 'NEW.amount')})"


_USED = (
    "UPDATE payments_evidence SET used = (SELECT COALESCE(SUM(amount), 0) FROM payments_payment "
    "WHERE evidence_id = NEW.evidence_id AND school_id = NEW.school_id AND reversed_at IS NULL) "
    "WHERE id = NEW.evidence_id AND school_id = NEW.school_id;"
)
_PAYMENT_FIXED = (
    "id", "public_id", "evidence_id", "method", "amount", "received_at", "received_on", "family_id", "payer_name",
    "beneficiary_name", "reason", "invoice_code", "school_id",
)  # fmt: skip
_EVIDENCE_FIXED = (
    "id",
    "amount",
    "kind",
    "source",
    "reference",
    "payer_name",
    "payer_account",
    "occurred_at",
    "school_id",
)
_REVERSED_WITHOUT_ACT = (
    "OLD.reversed_at IS NOT NULL AND (NEW.reversed_at IS NULL OR NEW.reversed_at <> OLD.reversed_at) "
    "OR OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL AND NOT EXISTS (SELECT 1 "
    "FROM payments_paymentreversal r WHERE r.payment_id = NEW.id AND r.school_id = NEW.school_id)"
)
_OF_PAYMENT = "payment_id = NEW.id AND school_id = NEW.school_id"
_IS_REVERSAL = "NEW.reverses_id IS NOT NULL"

TRIGGERS = [
    *EINVOICE,
    *REMINDERS,
    *SIGNING,
    *VIRTUAL_ACCOUNTS,
    *append_only("payments_allocation"),
    *append_only("payments_creditentry"),
    *append_only("payments_paymentreversal"),
    *append_only("payments_receipt"),
    *append_only("payments_receiptcancellation"),
    *append_only("payments_invoicegroup"),
    *append_only("payments_groupedinvoice"),
    *never_deleted("payments_payment", "a payment is never deleted"),
    *never_deleted("payments_evidence", "evidence is never deleted"),
    *never_deleted("payments_receiptbook", "a receipt book is never deleted"),
    fixed("payments_payment", _PAYMENT_FIXED, "a payment is fixed once booked"),
    fixed("payments_evidence", _EVIDENCE_FIXED, "evidence is fixed once recorded"),
    refuse("reversal", "payments_payment", "UPDATE OF reversed_at", _REVERSED_WITHOUT_ACT,
           "a payment is undone by a reversal, once"),
    _derived("payments_payment", "allocated", "payments_allocation", _OF_PAYMENT),
    _derived("payments_payment", "credited", "payments_creditentry", _OF_PAYMENT, _CREDIT),
    _derived("payments_payment", "refunded", "payments_creditentry", _OF_PAYMENT, _REFUNDED),
    _derived("fees_invoice", "paid", "payments_allocation", "invoice_id = NEW.id AND school_id = NEW.school_id"),
    _derived("fees_invoiceline", "paid", "payments_allocation", "line_id = NEW.id AND school_id = NEW.school_id"),
    refuse_changed(
        "used_derived", "payments_evidence", "used",
        "NEW.used <> (SELECT COALESCE(SUM(amount), 0) FROM payments_payment "
        "WHERE evidence_id = NEW.id AND school_id = NEW.school_id AND reversed_at IS NULL)",
        "used differs from the payments",
    ),
    # Born with the derived columns at zero: nothing is paid, allocated or used before its rows exist.
    _born("born_empty", "payments_payment",
          "NEW.allocated <> 0 OR NEW.credited <> 0 OR NEW.refunded <> 0 OR NEW.reversed_at IS NOT NULL",
          "a payment starts unallocated"),
    _born("born_empty", "payments_evidence", "NEW.used <> 0", "evidence starts unused"),
    _born("born_unpaid", "fees_invoice", "NEW.paid <> 0", "an invoice starts unpaid"),
    _born("born_unpaid", "fees_invoiceline", "NEW.paid <> 0 OR NEW.credited <> 0", "a line starts unpaid"),
    refuse("born_empty", "payments_receiptbook", "INSERT", "NEW.last_number <> 0", "a receipt book starts empty"),
    # A reversal mirrors its original: same payment, invoice, line and amount (I05).
    refuse_new(
        "mirror", "payments_allocation",
        "NOT EXISTS (SELECT 1 FROM payments_allocation o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.payment_id = NEW.payment_id AND o.invoice_id = NEW.invoice_id "
        "AND o.line_id = NEW.line_id AND o.amount = NEW.amount AND o.reverses_id IS NULL)",
        "a reversal mirrors its original",
        only_when=_IS_REVERSAL,
    ),
    refuse_new(
        "line_of_invoice", "payments_allocation",
        "NOT EXISTS (SELECT 1 FROM fees_invoiceline l WHERE l.id = NEW.line_id AND l.school_id = NEW.school_id "
        "AND l.invoice_id = NEW.invoice_id)",
        "the line belongs to another invoice",
    ),
    refuse_new(
        "mirror", "payments_creditentry",
        "NOT EXISTS (SELECT 1 FROM payments_creditentry o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.payment_id = NEW.payment_id AND o.family_id = NEW.family_id "
        "AND o.amount = NEW.amount AND o.reverses_id IS NULL AND (NEW.kind = 'reversal' "
        "AND o.kind IN ('overpayment', 'credit_note') OR NEW.kind = 'restored' AND o.kind = 'used' "
        "OR NEW.kind = 'kept' AND o.kind = 'refunded'))",
        "a reversal mirrors its original",
        only_when=_IS_REVERSAL,
    ),
    refuse_new(
        "same_account", "payments_groupedinvoice",
        "NOT EXISTS (SELECT 1 FROM payments_invoicegroup g JOIN fees_invoice i ON i.school_id = g.school_id "
        "AND i.bank_account_id = g.bank_account_id WHERE g.id = NEW.group_id AND g.school_id = NEW.school_id "
        "AND i.id = NEW.invoice_id)",
        "one transfer goes to one account",
    ),
    _apply("payments_allocation", {
        ("fees_invoice", "paid"): "invoice_id",
        ("fees_invoiceline", "paid"): "line_id",
        ("payments_payment", "allocated"): "payment_id",
    }),
    Trigger(
        name="ts_payments_creditentry_then_apply",
        table="payments_creditentry",
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=(
            "UPDATE payments_payment SET credited = payments_payment.credited + d.c, "
            f"refunded = payments_payment.refunded + d.r FROM (SELECT school_id, payment_id, SUM({_CREDIT}) AS c, "
            f"SUM({_REFUNDED}) AS r FROM fresh GROUP BY school_id, payment_id) d "
            "WHERE payments_payment.id = d.payment_id AND payments_payment.school_id = d.school_id; RETURN NULL;"
        ),
        row_by_row=True,
        sqlite_when="AFTER INSERT ON {table}",
        sqlite=(
            f"UPDATE payments_payment SET credited = credited + {_of_new(_CREDIT)}, "
            f"refunded = refunded + {_of_new(_REFUNDED)} WHERE id = NEW.payment_id AND school_id = NEW.school_id;"
        ),
    ),
    Trigger(
        name="ts_payments_payment_use",
        table="payments_payment",
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=(
            "UPDATE payments_evidence SET used = payments_evidence.used + d.s FROM (SELECT school_id, evidence_id, "
            "SUM(amount) AS s FROM fresh GROUP BY school_id, evidence_id) d "
            "WHERE payments_evidence.id = d.evidence_id AND payments_evidence.school_id = d.school_id; RETURN NULL;"
        ),
        row_by_row=True,
        sqlite_when="AFTER INSERT ON {table}",
        sqlite=_USED,
    ),
    # Once reversed (the reversal row exists first), the evidence is free for another booking.
    Trigger(
        name="ts_payments_payment_free",
        table="payments_payment",
        postgres_when="AFTER UPDATE OF reversed_at ON {table} FOR EACH ROW "
                      "WHEN (OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL)",
        postgres=f"{_USED} RETURN NULL;",
        sqlite_when="AFTER UPDATE OF reversed_at ON {table} "
        "WHEN OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL",
        sqlite=_USED,
    ),
    # The counter is moved by the receipts themselves: new numbers follow the last one without a gap, or the insert
    # fails (I08); nobody else moves it.
    Trigger(
        name="ts_payments_receipt_number",
        table="payments_receipt",
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres_declare="books bigint; moved bigint;",
        postgres=(
            "WITH g AS (SELECT school_id, year, book, MIN(number) AS lo, MAX(number) AS hi, COUNT(*) AS n FROM fresh "
            "GROUP BY school_id, year, book), u AS (UPDATE payments_receiptbook b SET last_number = g.hi FROM g "
            "WHERE b.school_id = g.school_id AND b.year = g.year AND b.book = g.book AND b.last_number + 1 = g.lo "
            "AND g.hi - g.lo + 1 = g.n RETURNING 1) "
            "SELECT (SELECT COUNT(*) FROM g), (SELECT COUNT(*) FROM u) INTO books, moved; "
            "IF books <> moved THEN RAISE EXCEPTION 'receipt numbers have no gaps' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NULL;"
        ),
        sqlite_when="AFTER INSERT ON {table}",
        sqlite=(
            "UPDATE payments_receiptbook SET last_number = NEW.number WHERE school_id = NEW.school_id "
            "AND year = NEW.year AND book = NEW.book AND last_number + 1 = NEW.number; "
            "SELECT RAISE(ABORT, 'receipt numbers have no gaps') WHERE changes() = 0;"
        ),
    ),
    refuse("only_by_receipt", "payments_receiptbook", "UPDATE",
           "NEW.school_id <> OLD.school_id OR NEW.year <> OLD.year OR NEW.book <> OLD.book OR NEW.last_number <> "
           "(SELECT COALESCE(MAX(number), 0) FROM payments_receipt r WHERE r.school_id = NEW.school_id "
           "AND r.year = NEW.year AND r.book = NEW.book)",
           "receipt numbers have no gaps"),
    *BILL_TRIGGERS,
    *CASH_TRIGGERS,
    *CHANGE_TRIGGERS,
    *CREDIT_TRIGGERS,
    *GATEWAY_TRIGGERS,
    *PARTNER_TRIGGERS,
    *POS_TRIGGERS,
    *REFUND_TRIGGERS,
    *SETTLEMENT_TRIGGERS,
]  # fmt: skip
