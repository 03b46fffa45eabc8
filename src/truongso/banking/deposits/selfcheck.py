"""Deposits and their bank lines, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I17", _("dòng sao kê là tiền mặt nộp vào khi và chỉ khi có liên kết cùng số tiền, cùng tài khoản"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN banking_depositlink k "
          "ON k.school_id = b.school_id AND k.line_id = b.id AND k.state = 'standing' LEFT JOIN payments_cashdeposit d "
          "ON d.id = k.deposit_id AND d.school_id = k.school_id WHERE (b.state = 'deposit') <> (k.id IS NOT NULL) "
          "OR (k.id IS NOT NULL AND (d.amount <> b.amount OR d.bank_account_id <> b.bank_account_id "
          "OR d.cancelled_at IS NOT NULL))"),
    Check("I17", _("mỗi liên kết nằm trong sổ với số tiền của dòng, và được đảo khi và chỉ khi đã hủy"),
          "SELECT k.school_id, k.id FROM banking_depositlink k JOIN banking_bankline b ON b.id = k.line_id "
          "LEFT JOIN ledger_entry e ON e.school_id = k.school_id AND e.kind = 'deposit_link' AND e.source_id = k.id "
          "LEFT JOIN ledger_entry r ON r.reverses_id = e.id LEFT JOIN (SELECT entry_id, SUM(amount) AS s "
          "FROM ledger_posting GROUP BY entry_id) p ON p.entry_id = e.id "
          "WHERE COALESCE(p.s, 0) <> b.amount OR (k.state = 'standing') <> (r.id IS NULL)"),
]  # fmt: skip
