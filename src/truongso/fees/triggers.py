"""Guards of invoices: what was issued stays as issued; totals follow from lines.

`paid` columns follow from allocations and are guarded by the payments room, which owns those.
"""

from truongso.kernel.triggers import Trigger, fixed, never_deleted, refuse, refuse_new

_TOTAL = (
    "(SELECT COALESCE(SUM(CASE WHEN kind = 'credit' THEN -amount ELSE amount END), 0) FROM fees_invoiceline "
    "WHERE invoice_id = NEW.id AND school_id = NEW.school_id)"
)
_CREDITED = (
    "(SELECT COALESCE(SUM(amount), 0) FROM fees_invoiceline "
    "WHERE adjusts_id = NEW.id AND school_id = NEW.school_id AND kind = 'credit')"
)
# Lines added after issue carry their effect along: the credited line first, then the invoice.
_APPLY = (
    "UPDATE fees_invoiceline SET credited = (SELECT COALESCE(SUM(amount), 0) FROM fees_invoiceline c "
    "WHERE c.adjusts_id = NEW.adjusts_id AND c.school_id = NEW.school_id AND c.kind = 'credit') "
    "WHERE NEW.kind = 'credit' AND id = NEW.adjusts_id AND school_id = NEW.school_id; "
    "UPDATE fees_invoice SET total = (SELECT SUM(CASE WHEN kind = 'credit' THEN -amount ELSE amount END) "
    "FROM fees_invoiceline l WHERE l.invoice_id = NEW.invoice_id AND l.school_id = NEW.school_id) "
    "WHERE id = NEW.invoice_id AND school_id = NEW.school_id;"
)
_INVOICE_FIXED = (
    "id", "code", "round_id", "student_id", "family_id", "bank_account_id", "payer_name", "beneficiary_name", "reason",
    "student_name", "class_name", "school_id", "issued_at", "public_id",
)  # fmt: skip
_LINE_FIXED = (
    "id", "invoice_id", "fee_item_id", "kind", "adjusts_id", "description", "nature", "quantity", "unit_amount",
    "gross",
    "reduction_percent", "reduction", "reduction_basis", "legal_basis", "amount", "school_id",
)  # fmt: skip

TRIGGERS = [
    refuse(
        "template_kept", "fees_collectionround", "UPDATE OF payment_template_id",
        "OLD.state <> 'draft' AND COALESCE(NEW.payment_template_id, 0) <> COALESCE(OLD.payment_template_id, 0)",
        "papers keep the template they were issued with",
    ),
    fixed("fees_invoice", _INVOICE_FIXED, "an invoice is fixed once issued"),
    fixed("fees_invoiceline", _LINE_FIXED, "an invoice line is fixed once issued"),
    *never_deleted("fees_invoice", "an invoice is never deleted"),
    *never_deleted("fees_invoiceline", "an invoice line is never deleted"),
    refuse("total", "fees_invoice", "UPDATE OF total", f"NEW.total <> {_TOTAL}", "total differs from the lines"),
    refuse(
        "credited", "fees_invoiceline", "UPDATE OF credited", f"NEW.credited <> {_CREDITED}",
        "credited differs from the credit notes",
    ),
    refuse_new(
        "credit_target", "fees_invoiceline",
        "NOT EXISTS (SELECT 1 FROM fees_invoiceline o WHERE o.id = NEW.adjusts_id "
        "AND o.school_id = NEW.school_id AND o.invoice_id = NEW.invoice_id AND o.kind <> 'credit')",
        "a credit note reduces a charge of the same invoice",
        only_when="NEW.kind = 'credit'",
    ),
    # Once the invoice is in the books, only extras and credit notes may follow.
    refuse_new(
        "charge_before_books", "fees_invoiceline",
        "EXISTS (SELECT 1 FROM ledger_entry e WHERE e.school_id = NEW.school_id AND e.kind = 'invoice' "
        "AND e.source_id = NEW.invoice_id)",
        "a charge is part of the invoice as issued",
        only_when="NEW.kind = 'charge'",
    ),
    Trigger(
        name="ts_fees_invoiceline_then_apply",
        table="fees_invoiceline",
        postgres_when="AFTER INSERT ON {table} FOR EACH ROW WHEN (NEW.kind <> 'charge')",
        postgres=f"{_APPLY} RETURN NULL;",
        sqlite_when="AFTER INSERT ON {table} WHEN NEW.kind <> 'charge'",
        sqlite=_APPLY,
    ),
]  # fmt: skip
