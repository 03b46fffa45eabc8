"""Guards of invoices: what was issued stays as issued; totals follow from lines.

`paid` columns follow from allocations and are guarded by the payments room, which owns those.
"""

from truongso.kernel.triggers import Trigger, no_truncate

_TOTAL = (
    "(SELECT COALESCE(SUM(CASE WHEN kind = 'credit' THEN -amount ELSE amount END), 0) FROM fees_invoiceline "
    "WHERE invoice_id = NEW.id AND school_id = NEW.school_id)"
)
_CREDITED = (
    "(SELECT COALESCE(SUM(amount), 0) FROM fees_invoiceline "
    "WHERE adjusts_id = NEW.id AND school_id = NEW.school_id AND kind = 'credit')"
)
_APPLY = (
    "UPDATE fees_invoiceline SET credited = (SELECT COALESCE(SUM(amount), 0) FROM fees_invoiceline c "
    "WHERE c.adjusts_id = NEW.adjusts_id AND c.school_id = NEW.school_id AND c.kind = 'credit') "
    "WHERE NEW.kind = 'credit' AND id = NEW.adjusts_id AND school_id = NEW.school_id; "
    "UPDATE fees_invoice SET total = (SELECT SUM(CASE WHEN kind = 'credit' THEN -amount ELSE amount END) "
    "FROM fees_invoiceline l WHERE l.invoice_id = NEW.invoice_id AND l.school_id = NEW.school_id) "
    "WHERE id = NEW.invoice_id AND school_id = NEW.school_id;"
)
_INVOICE_FIXED = (
    "code", "round_id", "student_id", "family_id", "bank_account_id", "payer_name", "beneficiary_name", "reason",
    "school_id", "issued_at", "public_id",
)  # fmt: skip
_LINE_FIXED = (
    "invoice_id", "fee_item_id", "kind", "adjusts_id", "description", "nature", "quantity", "unit_amount", "gross",
    "reduction_percent", "reduction", "reduction_basis", "legal_basis", "amount", "school_id",
)  # fmt: skip


def _guard(name: str, table: str, event: str, condition: str, message: str) -> Trigger:
    return Trigger(
        name=f"ts_{table}_{name}",
        table=table,
        postgres_when=f"BEFORE {event} ON {{table}} FOR EACH ROW",
        postgres=(
            f"IF {condition.replace(' IS NOT_SAME ', ' IS DISTINCT FROM ')} THEN RAISE EXCEPTION '{message}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            + ("RETURN OLD;" if event == "DELETE" else "RETURN NEW;")
        ),
        sqlite_when=f"BEFORE {event} ON {{table}}",
        sqlite=f"SELECT RAISE(ABORT, '{message}') WHERE {condition.replace(' IS NOT_SAME ', ' IS NOT ')};",
    )


def _fixed(table: str, columns: tuple[str, ...]) -> Trigger:
    condition = " OR ".join(f"NEW.{c} IS NOT_SAME OLD.{c}" for c in columns)
    return _guard("fixed", table, f"UPDATE OF {', '.join(columns)}", condition, f"{table} is fixed once issued")


TRIGGERS = [
    _fixed("fees_invoice", _INVOICE_FIXED),
    _fixed("fees_invoiceline", _LINE_FIXED),
    _guard("no_delete", "fees_invoice", "DELETE", "TRUE", "an invoice is never deleted"),
    _guard("no_delete", "fees_invoiceline", "DELETE", "TRUE", "an invoice line is never deleted"),
    no_truncate("fees_invoice"),
    no_truncate("fees_invoiceline"),
    _guard("total", "fees_invoice", "UPDATE OF total", f"NEW.total <> {_TOTAL}", "total differs from the lines"),
    _guard(
        "credited", "fees_invoiceline", "UPDATE OF credited", f"NEW.credited <> {_CREDITED}",
        "credited differs from the credit notes",
    ),
    _guard(
        "credit_target", "fees_invoiceline", "INSERT",
        "NEW.kind = 'credit' AND NOT EXISTS (SELECT 1 FROM fees_invoiceline o WHERE o.id = NEW.adjusts_id "
        "AND o.school_id = NEW.school_id AND o.invoice_id = NEW.invoice_id AND o.kind <> 'credit')",
        "a credit note reduces a charge of the same invoice",
    ),
    # Lines added after issue carry their effect along: the credited line first, then the invoice.
    Trigger(
        name="ts_fees_invoiceline_apply",
        table="fees_invoiceline",
        postgres_when="AFTER INSERT ON {table} FOR EACH ROW WHEN (NEW.kind <> 'charge')",
        postgres=f"{_APPLY} RETURN NULL;",
        sqlite_when="AFTER INSERT ON {table} WHEN NEW.kind <> 'charge'",
        sqlite=_APPLY,
    ),
]  # fmt: skip
