"""Guards of money: derived columns follow from rows, rows are append-only, receipt numbers have no gaps."""

from truongso.kernel.triggers import Trigger, append_only, no_truncate

_SIGNED = "CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END"


def _refuse(name: str, table: str, event: str, condition: str, message: str) -> Trigger:
    """Abort the event when the condition holds (condition in SQL common to both engines)."""
    return Trigger(
        name=f"ts_{table}_{name}",
        table=table,
        postgres_when=f"BEFORE {event} ON {{table}} FOR EACH ROW",
        postgres=(
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            + ("RETURN OLD;" if event == "DELETE" else "RETURN NEW;")
        ),
        sqlite_when=f"BEFORE {event} ON {{table}}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition};",
    )


def _derived(table: str, column: str, source: str, where: str) -> Trigger:
    """Refuse any value of a derived column but the sum of its signed rows (invariants I02, I03, I04)."""
    return _refuse(
        f"{column}_derived", table, f"UPDATE OF {column}",
        f"NEW.{column} <> (SELECT COALESCE(SUM({_SIGNED}), 0) FROM {source} WHERE {where})",
        f"{column} differs from its rows",
    )  # fmt: skip


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
        name=f"ts_{table}_apply",
        table=table,
        postgres_when="AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT",
        postgres=f"{grouped} RETURN NULL;",
        sqlite_when="AFTER INSERT ON {table}",
        sqlite=single,
    )


_USED = (
    "UPDATE payments_evidence SET used = (SELECT COALESCE(SUM(amount), 0) FROM payments_payment "
    "WHERE evidence_id = NEW.evidence_id AND school_id = NEW.school_id AND reversed_at IS NULL) "
    "WHERE id = NEW.evidence_id AND school_id = NEW.school_id;"
)
_PAYMENT_FIXED = (
    "NEW.evidence_id <> OLD.evidence_id OR NEW.method <> OLD.method OR NEW.amount <> OLD.amount "
    "OR NEW.received_at <> OLD.received_at OR NEW.received_on <> OLD.received_on OR NEW.family_id <> OLD.family_id "
    "OR NEW.payer_name <> OLD.payer_name OR NEW.beneficiary_name <> OLD.beneficiary_name "
    "OR NEW.reason <> OLD.reason OR NEW.invoice_code <> OLD.invoice_code OR NEW.school_id <> OLD.school_id "
    "OR OLD.reversed_at IS NOT NULL AND (NEW.reversed_at IS NULL OR NEW.reversed_at <> OLD.reversed_at) "
    "OR OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments_paymentreversal r "
    "WHERE r.payment_id = NEW.id AND r.school_id = NEW.school_id)"
)

TRIGGERS = [
    *append_only("payments_allocation"),
    *append_only("payments_creditentry"),
    *append_only("payments_paymentreversal"),
    *append_only("payments_receipt"),
    *append_only("payments_receiptcancellation"),
    no_truncate("payments_payment"),
    no_truncate("payments_evidence"),
    _refuse("no_delete", "payments_payment", "DELETE", "TRUE", "a payment is never deleted"),
    _refuse("no_delete", "payments_evidence", "DELETE", "TRUE", "evidence is never deleted"),
    _refuse("fixed", "payments_payment", "UPDATE", _PAYMENT_FIXED, "a payment is fixed once booked"),
    _refuse(
        "fixed", "payments_evidence", "UPDATE",
        "NEW.amount <> OLD.amount OR NEW.kind <> OLD.kind OR NEW.source <> OLD.source OR NEW.reference <> OLD.reference "
        "OR NEW.school_id <> OLD.school_id",
        "evidence is fixed once recorded",
    ),
    _derived("payments_payment", "allocated", "payments_allocation", "payment_id = NEW.id AND school_id = NEW.school_id"),
    _derived("payments_payment", "credited", "payments_creditentry", "payment_id = NEW.id AND school_id = NEW.school_id"),
    _derived("fees_invoice", "paid", "payments_allocation", "invoice_id = NEW.id AND school_id = NEW.school_id"),
    _derived("fees_invoiceline", "paid", "payments_allocation", "line_id = NEW.id AND school_id = NEW.school_id"),
    _refuse(
        "used_derived", "payments_evidence", "UPDATE OF used",
        "NEW.used <> (SELECT COALESCE(SUM(amount), 0) FROM payments_payment "
        "WHERE evidence_id = NEW.id AND school_id = NEW.school_id AND reversed_at IS NULL)",
        "used differs from the payments",
    ),
    # Born with the derived columns at zero: nothing is paid, allocated or used before its rows exist.
    _refuse("born_empty", "payments_payment", "INSERT",
            "NEW.allocated <> 0 OR NEW.credited <> 0 OR NEW.reversed_at IS NOT NULL", "a payment starts unallocated"),
    _refuse("born_empty", "payments_evidence", "INSERT", "NEW.used <> 0", "evidence starts unused"),
    _refuse("born_unpaid", "fees_invoice", "INSERT", "NEW.paid <> 0", "an invoice starts unpaid"),
    _refuse("born_unpaid", "fees_invoiceline", "INSERT", "NEW.paid <> 0 OR NEW.credited <> 0", "a line starts unpaid"),
    # A reversal mirrors its original: same payment, invoice, line and amount (I05).
    _refuse(
        "mirror", "payments_allocation", "INSERT",
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments_allocation o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.payment_id = NEW.payment_id AND o.invoice_id = NEW.invoice_id "
        "AND o.line_id = NEW.line_id AND o.amount = NEW.amount AND o.reverses_id IS NULL)",
        "a reversal mirrors its original",
    ),
    _refuse(
        "line_of_invoice", "payments_allocation", "INSERT",
        "NOT EXISTS (SELECT 1 FROM fees_invoiceline l WHERE l.id = NEW.line_id AND l.school_id = NEW.school_id "
        "AND l.invoice_id = NEW.invoice_id)",
        "the line belongs to another invoice",
    ),
    _refuse(
        "mirror", "payments_creditentry", "INSERT",
        "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM payments_creditentry o WHERE o.id = NEW.reverses_id "
        "AND o.school_id = NEW.school_id AND o.payment_id = NEW.payment_id AND o.family_id = NEW.family_id "
        "AND o.amount = NEW.amount AND o.reverses_id IS NULL)",
        "a reversal mirrors its original",
    ),
    _apply("payments_allocation", {
        ("fees_invoice", "paid"): "invoice_id",
        ("fees_invoiceline", "paid"): "line_id",
        ("payments_payment", "allocated"): "payment_id",
    }),
    _apply("payments_creditentry", {("payments_payment", "credited"): "payment_id"}),
    Trigger(
        name="ts_payments_payment_use",
        table="payments_payment",
        postgres_when="AFTER INSERT ON {table} FOR EACH ROW",
        postgres=f"{_USED} RETURN NULL;",
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
        sqlite_when="AFTER UPDATE OF reversed_at ON {table} WHEN OLD.reversed_at IS NULL AND NEW.reversed_at IS NOT NULL",
        sqlite=_USED,
    ),
    # The counter is moved by the receipt itself: a number is max + 1 or the insert fails (I08).
    Trigger(
        name="ts_payments_receipt_number",
        table="payments_receipt",
        postgres_when="BEFORE INSERT ON {table} FOR EACH ROW",
        postgres=(
            "UPDATE payments_receiptbook SET last_number = last_number + 1 WHERE school_id = NEW.school_id "
            "AND year = NEW.year AND book = NEW.book AND last_number + 1 = NEW.number; "
            "IF NOT FOUND THEN RAISE EXCEPTION 'receipt numbers have no gaps' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW;"
        ),
        sqlite_when="BEFORE INSERT ON {table}",
        sqlite=(
            "UPDATE payments_receiptbook SET last_number = last_number + 1 WHERE school_id = NEW.school_id "
            "AND year = NEW.year AND book = NEW.book AND last_number + 1 = NEW.number; "
            "SELECT RAISE(ABORT, 'receipt numbers have no gaps') WHERE changes() = 0;"
        ),
    ),
    _refuse("only_by_receipt", "payments_receiptbook", "UPDATE OF last_number",
            "NEW.last_number <> OLD.last_number + 1", "receipt numbers have no gaps"),
    _refuse("no_delete", "payments_receiptbook", "DELETE", "TRUE", "a receipt book is never deleted"),
]  # fmt: skip
