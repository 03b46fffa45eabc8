"""Money, recomputed."""

from truongso.kernel.selfcheck import Check
from truongso.payments.bills.selfcheck import CHECKS as BILL_CHECKS
from truongso.payments.cash.selfcheck import CHECKS as CASH_CHECKS
from truongso.payments.changes.selfcheck import CHECKS as CHANGE_CHECKS
from truongso.payments.credit.selfcheck import CHECKS as CREDIT_CHECKS
from truongso.payments.credit.selfcheck import CREDIT, REFUNDED
from truongso.payments.gateways.selfcheck import CHECKS as GATEWAY_CHECKS
from truongso.payments.partners.selfcheck import CHECKS as PARTNER_CHECKS
from truongso.payments.pos.selfcheck import CHECKS as POS_CHECKS
from truongso.payments.refunds.selfcheck import CHECKS as REFUND_CHECKS
from truongso.payments.settlements.selfcheck import CHECKS as SETTLEMENT_CHECKS
from truongso.payments.signing.selfcheck import CHECKS as SIGNING
from truongso.payments.virtual_accounts.selfcheck import CHECKS as NUMBER_CHECKS

_SIGNED = "SUM(CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END)"

CHECKS = [
    Check("I12", "invoices paid together wait for money on one account of one school",
          "SELECT g.school_id, g.code FROM payments_invoicegroup g JOIN payments_groupedinvoice m ON m.group_id = g.id "
          "JOIN fees_invoice i ON i.id = m.invoice_id WHERE m.school_id <> g.school_id "
          "OR i.school_id <> g.school_id OR i.bank_account_id <> g.bank_account_id"),
    *SIGNING,
    Check("I03", "invoice paid = its allocations, within its total",
          f"SELECT i.school_id, i.code FROM fees_invoice i LEFT JOIN (SELECT invoice_id, {_SIGNED} AS s "
          "FROM payments_allocation GROUP BY invoice_id) a ON a.invoice_id = i.id "
          "WHERE i.paid <> COALESCE(a.s, 0) OR i.paid < 0 OR i.paid > i.total"),
    Check("I03", "line paid = its allocations, within what it owes",
          f"SELECT l.school_id, l.id FROM fees_invoiceline l LEFT JOIN (SELECT line_id, {_SIGNED} AS s "
          "FROM payments_allocation GROUP BY line_id) a ON a.line_id = l.id "
          "WHERE l.paid <> COALESCE(a.s, 0) OR l.paid < 0 OR l.paid > l.amount - l.credited"),
    Check("I04", "a standing payment is spent whole: allocations + family credit + refunds = amount",
          "SELECT p.school_id, p.public_id FROM payments_payment p LEFT JOIN (SELECT payment_id, "
          f"{_SIGNED} AS s FROM payments_allocation GROUP BY payment_id) a ON a.payment_id = p.id "
          f"LEFT JOIN (SELECT payment_id, {CREDIT} AS s, {REFUNDED} AS r FROM payments_creditentry "
          "GROUP BY payment_id) c ON c.payment_id = p.id "
          "WHERE p.allocated <> COALESCE(a.s, 0) OR p.credited <> COALESCE(c.s, 0) OR p.refunded <> COALESCE(c.r, 0) "
          "OR p.allocated + p.credited + p.refunded <> CASE WHEN p.reversed_at IS NULL THEN p.amount ELSE 0 END"),
    Check("I05", "no allocation is zero or negative; a reversal mirrors one original",
          "SELECT a.school_id, a.id FROM payments_allocation a LEFT JOIN payments_allocation o ON o.id = a.reverses_id "
          "WHERE a.amount <= 0 OR (a.reverses_id IS NOT NULL AND (o.id IS NULL OR o.payment_id <> a.payment_id "
          "OR o.invoice_id <> a.invoice_id OR o.line_id <> a.line_id OR o.amount <> a.amount))"),
    Check("I06", "each piece of evidence is recorded once",
          "SELECT school_id, kind, source, reference FROM payments_evidence "
          "GROUP BY school_id, kind, source, reference HAVING COUNT(*) > 1"),
    Check("I07", "payments never exceed their evidence",
          "SELECT e.school_id, e.id FROM payments_evidence e LEFT JOIN (SELECT evidence_id, SUM(amount) AS s "
          "FROM payments_payment WHERE reversed_at IS NULL GROUP BY evidence_id) p ON p.evidence_id = e.id "
          "WHERE e.used <> COALESCE(p.s, 0) OR e.used > e.amount"),
    Check("I08", "receipt numbers run from 1 without gaps",
          "SELECT b.school_id, b.year, b.book FROM payments_receiptbook b LEFT JOIN (SELECT school_id, year, book, "
          "COUNT(*) AS n, MAX(number) AS last, MIN(number) AS first FROM payments_receipt "
          "GROUP BY school_id, year, book) r ON r.school_id = b.school_id AND r.year = b.year AND r.book = b.book "
          "WHERE b.last_number <> COALESCE(r.n, 0) OR b.last_number <> COALESCE(r.last, 0) "
          "OR (r.n > 0 AND r.first <> 1)"),
    Check("I08", "every payment has one receipt, cancelled exactly when it was undone",
          "SELECT p.school_id, p.public_id FROM payments_payment p "
          "LEFT JOIN payments_receipt r ON r.payment_id = p.id "
          "LEFT JOIN payments_receiptcancellation c ON c.receipt_id = r.id "
          "WHERE r.id IS NULL OR (p.reversed_at IS NULL) <> (c.id IS NULL)"),
    Check("I09", "every payment is in the books with its amount, and every undone one taken out",
          "SELECT p.school_id, p.public_id FROM payments_payment p "
          "LEFT JOIN ledger_entry e ON e.school_id = p.school_id AND e.kind = 'payment' AND e.source_id = p.id "
          "LEFT JOIN ledger_entry r ON r.reverses_id = e.id LEFT JOIN (SELECT entry_id, SUM(amount) AS s "
          "FROM ledger_posting GROUP BY entry_id) s ON s.entry_id = e.id "
          "WHERE COALESCE(s.s, 0) <> p.amount OR (p.reversed_at IS NULL) <> (r.id IS NULL)"),
    Check("I12", "a payment, its evidence, allocations and receipt belong to one school",
          "SELECT p.school_id, p.public_id FROM payments_payment p JOIN payments_evidence e ON e.id = p.evidence_id "
          "LEFT JOIN payments_allocation a ON a.payment_id = p.id LEFT JOIN fees_invoice i ON i.id = a.invoice_id "
          "WHERE e.school_id <> p.school_id OR (a.id IS NOT NULL AND (a.school_id <> p.school_id "
          "OR i.school_id <> p.school_id))"),
    *BILL_CHECKS,
    *CASH_CHECKS,
    *CHANGE_CHECKS,
    *CREDIT_CHECKS,
    *GATEWAY_CHECKS,
    *PARTNER_CHECKS,
    *POS_CHECKS,
    *REFUND_CHECKS,
    *SETTLEMENT_CHECKS,
    *NUMBER_CHECKS,
]  # fmt: skip
