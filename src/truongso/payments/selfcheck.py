"""Money, recomputed."""

from django.utils.translation import gettext_lazy as _

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
    Check("I12", _("các phiếu nộp chung chờ tiền ở một tài khoản của một trường"),
          "SELECT g.school_id, g.code FROM payments_invoicegroup g JOIN payments_groupedinvoice m ON m.group_id = g.id "
          "JOIN fees_invoice i ON i.id = m.invoice_id WHERE m.school_id <> g.school_id "
          "OR i.school_id <> g.school_id OR i.bank_account_id <> g.bank_account_id"),
    *SIGNING,
    Check("I03", _("số đã nộp của phiếu = các phần phân bổ, không vượt tổng phiếu"),
          f"SELECT i.school_id, i.code FROM fees_invoice i LEFT JOIN (SELECT invoice_id, {_SIGNED} AS s "
          "FROM payments_allocation GROUP BY invoice_id) a ON a.invoice_id = i.id "
          "WHERE i.paid <> COALESCE(a.s, 0) OR i.paid < 0 OR i.paid > i.total"),
    Check("I03", _("số đã nộp của dòng = các phần phân bổ, không vượt số phải nộp"),
          f"SELECT l.school_id, l.id FROM fees_invoiceline l LEFT JOIN (SELECT line_id, {_SIGNED} AS s "
          "FROM payments_allocation GROUP BY line_id) a ON a.line_id = l.id "
          "WHERE l.paid <> COALESCE(a.s, 0) OR l.paid < 0 OR l.paid > l.amount - l.credited"),
    Check("I04", _("khoản nộp còn hiệu lực được dùng hết: phân bổ + tiền dư + hoàn trả = số tiền"),
          "SELECT p.school_id, p.public_id FROM payments_payment p LEFT JOIN (SELECT payment_id, "
          f"{_SIGNED} AS s FROM payments_allocation GROUP BY payment_id) a ON a.payment_id = p.id "
          f"LEFT JOIN (SELECT payment_id, {CREDIT} AS s, {REFUNDED} AS r FROM payments_creditentry "
          "GROUP BY payment_id) c ON c.payment_id = p.id "
          "WHERE p.allocated <> COALESCE(a.s, 0) OR p.credited <> COALESCE(c.s, 0) OR p.refunded <> COALESCE(c.r, 0) "
          "OR p.allocated + p.credited + p.refunded <> CASE WHEN p.reversed_at IS NULL THEN p.amount ELSE 0 END"),
    Check("I05", _("không phần phân bổ nào bằng không hoặc âm; phần đảo soi đúng một phần gốc"),
          "SELECT a.school_id, a.id FROM payments_allocation a LEFT JOIN payments_allocation o ON o.id = a.reverses_id "
          "WHERE a.amount <= 0 OR (a.reverses_id IS NOT NULL AND (o.id IS NULL OR o.payment_id <> a.payment_id "
          "OR o.invoice_id <> a.invoice_id OR o.line_id <> a.line_id OR o.amount <> a.amount))"),
    Check("I06", _("mỗi chứng cứ chỉ ghi một lần"),
          "SELECT school_id, kind, source, reference FROM payments_evidence "
          "GROUP BY school_id, kind, source, reference HAVING COUNT(*) > 1"),
    Check("I07", _("khoản nộp không bao giờ vượt chứng cứ của nó"),
          "SELECT e.school_id, e.id FROM payments_evidence e LEFT JOIN (SELECT evidence_id, SUM(amount) AS s "
          "FROM payments_payment WHERE reversed_at IS NULL GROUP BY evidence_id) p ON p.evidence_id = e.id "
          "WHERE e.used <> COALESCE(p.s, 0) OR e.used > e.amount"),
    Check("I08", _("số biên lai chạy từ 1, không thiếu số nào"),
          "SELECT b.school_id, b.year, b.book FROM payments_receiptbook b LEFT JOIN (SELECT school_id, year, book, "
          "COUNT(*) AS n, MAX(number) AS last, MIN(number) AS first FROM payments_receipt "
          "GROUP BY school_id, year, book) r ON r.school_id = b.school_id AND r.year = b.year AND r.book = b.book "
          "WHERE b.last_number <> COALESCE(r.n, 0) OR b.last_number <> COALESCE(r.last, 0) "
          "OR (r.n > 0 AND r.first <> 1)"),
    Check("I08", _("mỗi khoản nộp có một biên lai, bị hủy khi và chỉ khi khoản nộp đã hủy"),
          "SELECT p.school_id, p.public_id FROM payments_payment p "
          "LEFT JOIN payments_receipt r ON r.payment_id = p.id "
          "LEFT JOIN payments_receiptcancellation c ON c.receipt_id = r.id "
          "WHERE r.id IS NULL OR (p.reversed_at IS NULL) <> (c.id IS NULL)"),
    Check("I09", _("mỗi khoản nộp có trong sổ với đúng số tiền, khoản đã hủy đều được đảo"),
          "SELECT p.school_id, p.public_id FROM payments_payment p "
          "LEFT JOIN ledger_entry e ON e.school_id = p.school_id AND e.kind = 'payment' AND e.source_id = p.id "
          "LEFT JOIN ledger_entry r ON r.reverses_id = e.id LEFT JOIN (SELECT entry_id, SUM(amount) AS s "
          "FROM ledger_posting GROUP BY entry_id) s ON s.entry_id = e.id "
          "WHERE COALESCE(s.s, 0) <> p.amount OR (p.reversed_at IS NULL) <> (r.id IS NULL)"),
    Check("I12", _("khoản nộp, chứng cứ, phân bổ và biên lai thuộc cùng một trường"),
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
