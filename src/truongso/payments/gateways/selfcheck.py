"""Attempts, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I06", _("mỗi lần thanh toán đòi đúng tổng các phần của nó"),
          "SELECT a.school_id, a.public_id FROM payments_attempt a LEFT JOIN (SELECT attempt_id, SUM(amount) AS s "
          "FROM payments_attemptshare GROUP BY attempt_id) s ON s.attempt_id = a.id "
          "WHERE a.amount <> COALESCE(s.s, 0)"),
    Check("I06", _("tiền nhận của mỗi lần thanh toán = các giao dịch của nó, mỗi giao dịch có chứng cứ riêng"),
          "SELECT a.school_id, a.public_id FROM payments_attempt a LEFT JOIN (SELECT attempt_id, SUM(amount) AS s "
          "FROM payments_attemptmoney GROUP BY attempt_id) m ON m.attempt_id = a.id "
          "WHERE a.received <> COALESCE(m.s, 0) OR (a.state = 'paid') <> (a.received > 0)"),
    Check("I07", _("chứng cứ của lần thanh toán đúng số tiền của giao dịch"),
          "SELECT m.school_id, m.transaction_id FROM payments_attemptmoney m "
          "JOIN payments_evidence e ON e.id = m.evidence_id WHERE e.amount <> m.amount OR e.kind <> 'notice' "
          "OR e.school_id <> m.school_id OR e.reference <> m.transaction_id"),
    Check("I14", _("mỗi thông báo của cổng thanh toán đã ghi nhận thuộc đúng một lần thanh toán"),
          "SELECT e.school_id, e.reference FROM payments_evidence e LEFT JOIN payments_attemptmoney m "
          "ON m.evidence_id = e.id JOIN payments_channel c ON c.school_id = e.school_id "
          "AND e.source = c.provider || ':' || c.public_id WHERE e.kind = 'notice' AND m.id IS NULL"),
]  # fmt: skip
