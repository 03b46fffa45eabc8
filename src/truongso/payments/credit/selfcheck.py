"""Family credit, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CREDIT = "SUM(CASE WHEN kind IN ('reversal', 'used', 'refunded') THEN -amount ELSE amount END)"
REFUNDED = "SUM(CASE kind WHEN 'refunded' THEN amount WHEN 'kept' THEN -amount ELSE 0 END)"
_ALLOCATED = "SUM(CASE WHEN reverses_id IS NULL THEN amount ELSE -amount END)"

CHECKS = [
    Check("I04", _("mỗi lần chuyển lấy ở nơi này đúng số đưa vào nơi kia"),
          "SELECT m.school_id, m.id FROM payments_creditmove m JOIN payments_payment p ON p.id = m.payment_id "
          "LEFT JOIN (SELECT move_id, "
          f"{CREDIT} AS s FROM payments_creditentry WHERE move_id IS NOT NULL GROUP BY move_id) c ON c.move_id = m.id "
          f"LEFT JOIN (SELECT move_id, {_ALLOCATED} AS s FROM payments_allocation WHERE move_id IS NOT NULL "
          "GROUP BY move_id) a ON a.move_id = m.id WHERE COALESCE(c.s, 0) <> CASE WHEN m.kind IN ('used', 'refunded') "
          "THEN -m.amount ELSE m.amount END OR COALESCE(a.s, 0) <> CASE m.kind WHEN 'released' THEN -m.amount "
          "WHEN 'used' THEN m.amount WHEN 'restored' THEN CASE WHEN p.reversed_at IS NULL OR a.s IS NOT NULL "
          "THEN -m.amount ELSE 0 END ELSE 0 END"),
    Check("I04", _("không gia đình nào có tiền dư âm từ một khoản nộp"),
          "SELECT school_id, payment_id FROM payments_creditentry "
          "GROUP BY school_id, payment_id, family_id, invoice_id "
          f"HAVING {CREDIT} < 0"),
    Check("I09", _("mỗi lần chuyển có trong sổ với đúng số tiền, và được đảo khi bị hủy"),
          "SELECT m.school_id, m.id FROM payments_creditmove m JOIN payments_payment p ON p.id = m.payment_id "
          "LEFT JOIN payments_creditmove b ON b.reverses_id = m.id LEFT JOIN ledger_entry e "
          "ON e.school_id = m.school_id AND e.source_id = m.id "
          "AND e.kind = CASE m.kind WHEN 'refunded' THEN 'refund' ELSE 'credit_use' END "
          "LEFT JOIN ledger_entry r ON r.reverses_id = e.id LEFT JOIN (SELECT entry_id, SUM(amount) AS s "
          "FROM ledger_posting GROUP BY entry_id) s ON s.entry_id = e.id WHERE m.reverses_id IS NULL "
          "AND (COALESCE(s.s, 0) <> m.amount OR (r.id IS NOT NULL) <> (b.id IS NOT NULL "
          "OR m.kind = 'released' AND p.reversed_at IS NOT NULL))"),
    Check("I09", _("tiền dư của gia đình trong sổ = số các gia đình đang có"),
          "SELECT a.school_id, a.code FROM ledger_account a WHERE a.role = 'family_credit' AND "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE credit_id = a.id) - "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE debit_id = a.id) <> "
          "(SELECT COALESCE(SUM(p.credited), 0) FROM payments_payment p WHERE p.school_id = a.school_id)"),
]  # fmt: skip
