"""Refunds on bank lines, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I07", _("dòng hoàn trả mang các khoản chi đúng số tiền của nó, dòng khác không mang khoản nào còn hiệu lực"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN (SELECT l.line_id, SUM(p.amount) AS s, "
          "COUNT(*) AS n FROM banking_refundline l JOIN payments_refundpayout p ON p.id = l.payout_id "
          "LEFT JOIN payments_refundpayout u ON u.reverses_id = p.id AND u.kind = 'undone' "
          "WHERE u.id IS NULL GROUP BY l.line_id) r ON r.line_id = b.id "
          "WHERE (b.state = 'refund' AND COALESCE(r.s, 0) <> b.amount) OR (b.state <> 'refund' AND r.n > 0)"),
    Check("I16", _("mỗi khoản chi qua ngân hàng có dòng ghi nợ làm chứng, mỗi khoản bị trả lại có dòng ghi có"),
          "SELECT p.school_id, p.id FROM payments_refundpayout p LEFT JOIN banking_refundline l ON l.payout_id = p.id "
          "LEFT JOIN banking_bankline b ON b.id = l.line_id WHERE p.way = 'bank' AND p.kind <> 'undone' "
          "AND (b.id IS NULL OR b.direction <> CASE p.kind WHEN 'paid' THEN 'out' ELSE 'in' END)"),
]  # fmt: skip
