"""What is put aside, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I07", _("khoản để riêng đang tạm giữ hoặc không phải học phí, đúng như loại của nó"),
          "SELECT a.school_id, b.public_id FROM banking_aside a JOIN banking_bankline b ON b.id = a.line_id "
          "AND b.school_id = a.school_id WHERE a.ended_at IS NULL AND b.state <> "
          "CASE WHEN a.kind IN ('later', 'asked', 'send_back') THEN 'parked' ELSE 'not_fees' END"),
    Check("I16", _("khoản vào không phải học phí nằm ở đúng tài khoản của loại đó, và chỉ khi còn là như vậy"),
          "SELECT a.school_id, a.id FROM banking_aside a JOIN banking_bankline b ON b.id = a.line_id "
          "AND b.school_id = a.school_id LEFT JOIN ledger_entry e ON e.school_id = a.school_id AND e.kind = 'no_fee' "
          "AND e.source_id = a.id LEFT JOIN ledger_entry r ON r.school_id = a.school_id AND r.reverses_id = e.id "
          "LEFT JOIN ledger_posting p ON p.school_id = a.school_id AND p.entry_id = e.id "
          "LEFT JOIN ledger_account c ON c.school_id = a.school_id AND c.id = p.credit_id "
          "LEFT JOIN ledger_account d ON d.school_id = a.school_id AND d.id = p.debit_id "
          "WHERE (a.kind IN ('later', 'asked', 'send_back') AND e.id IS NOT NULL) "
          "OR (a.kind NOT IN ('later', 'asked', 'send_back') AND ((a.ended_at IS NULL AND e.id IS NULL) "
          "OR (e.id IS NOT NULL AND ((a.ended_at IS NULL AND r.id IS NOT NULL) "
          "OR (a.ended_at IS NOT NULL AND r.id IS NULL) OR p.amount <> b.amount OR d.role <> 'suspense' "
          "OR c.role <> CASE WHEN a.kind IN ('fee_returned', 'other_income') THEN 'other_income' ELSE a.kind END))))"),
    Check("I16", _("mỗi khoản vào không phải học phí đều ghi rõ là loại nào"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN banking_aside a ON a.line_id = b.id "
          "AND a.school_id = b.school_id AND a.ended_at IS NULL WHERE b.state = 'not_fees' AND a.id IS NULL"),
]  # fmt: skip
