"""Bank lines, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.banking.asides.selfcheck import CHECKS as ASIDE_CHECKS
from truongso.banking.batches.selfcheck import CHECKS as BATCH_CHECKS
from truongso.banking.closing.selfcheck import CHECKS as CLOSING_CHECKS
from truongso.banking.deposits.selfcheck import CHECKS as DEPOSIT_CHECKS
from truongso.banking.refunds.selfcheck import CHECKS as REFUND_CHECKS
from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I07", _("báo “đã nộp” của gia đình chỉ nêu khoản vào đúng số tiền"),
          "SELECT c.school_id, c.public_id FROM banking_paymentclaim c JOIN banking_bankline b ON b.id = c.line_id "
          "WHERE b.school_id <> c.school_id OR b.amount <> c.amount OR b.direction <> 'in'"),
    *ASIDE_CHECKS,
    *BATCH_CHECKS,
    *CLOSING_CHECKS,
    *DEPOSIT_CHECKS,
    *REFUND_CHECKS,
    Check("I07", _("dòng đã khớp có các khoản nộp đúng số tiền, dòng đang chờ không có khoản nào"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN payments_evidence e "
          "ON e.school_id = b.school_id AND e.kind = 'bank_line' AND e.reference = CAST(b.id AS varchar(20)) "
          "WHERE b.direction = 'in' AND ((b.state = 'matched' AND (e.id IS NULL OR e.used <> b.amount)) "
          "OR (b.state = 'partly' AND (e.id IS NULL OR e.used <= 0 OR e.used >= b.amount)) "
          "OR (b.state = 'parked' AND COALESCE(e.used, 0) >= b.amount) "
          "OR (b.state NOT IN ('matched', 'partly', 'parked') AND COALESCE(e.used, 0) <> 0) "
          "OR (e.id IS NOT NULL AND e.amount <> b.amount))"),
    Check("I16", _("mỗi khoản vào tài khoản ngân hàng đều có trong sổ"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN ledger_entry e "
          "ON e.school_id = b.school_id AND e.kind = 'bank_line' AND e.source_id = b.id LEFT JOIN (SELECT entry_id, "
          "SUM(amount) AS s FROM ledger_posting GROUP BY entry_id) p ON p.entry_id = e.id "
          "WHERE (b.direction = 'in' OR b.reverses_id IS NOT NULL) AND COALESCE(p.s, 0) <> b.amount"),
    Check("I16", _("khoản vào được đảo khi và chỉ khi ngân hàng đã rút lại"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN banking_bankline r "
          "ON r.school_id = b.school_id AND r.reverses_id = b.id WHERE b.direction = 'in' AND "
          "((b.state = 'reversed' AND (r.id IS NULL OR r.amount <> b.amount)) "
          "OR (b.state <> 'reversed' AND r.id IS NOT NULL))"),
    Check("I15", _("tiền chưa rõ nội dung trong sổ = các dòng sao kê đang chờ"),
          "SELECT a.school_id, a.code FROM ledger_account a WHERE a.role = 'suspense' AND "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE credit_id = a.id) - "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE debit_id = a.id) <> "
          "(SELECT COALESCE(SUM(b.amount), 0) - COALESCE(SUM(e.used), 0) FROM banking_bankline b "
          "LEFT JOIN payments_evidence e ON e.school_id = b.school_id AND e.kind = 'bank_line' "
          "AND e.reference = CAST(b.id AS varchar(20)) "
          "WHERE b.school_id = a.school_id AND b.direction = 'in' "
          "AND b.state NOT IN ('deposit', 'not_fees', 'refund', 'reversed', 'settled')) "
          "+ (SELECT COALESCE(SUM(k.kept), 0) FROM banking_batchlink k WHERE k.school_id = a.school_id "
          "AND k.state = 'standing')"),
]  # fmt: skip
