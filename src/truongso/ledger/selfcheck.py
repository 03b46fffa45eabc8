"""The books, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I01", _("mỗi chứng từ ghi sổ đều có bút toán"),
          "SELECT e.school_id, e.id FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id "
          "WHERE p.id IS NULL AND e.kind <> 'invoice'"),
    Check("I01", _("bút toán chuyển số tiền dương giữa hai tài khoản của cùng một trường"),
          "SELECT p.school_id, p.id FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id "
          "JOIN ledger_account d ON d.id = p.debit_id JOIN ledger_account c ON c.id = p.credit_id "
          "WHERE p.amount <= 0 OR p.debit_id = p.credit_id OR p.school_id <> e.school_id OR p.school_id <> d.school_id "
          "OR p.school_id <> c.school_id"),
    Check("I05", _("chứng từ đảo chuyển ngược đúng những gì chứng từ gốc đã chuyển"),
          "SELECT r.school_id, r.id FROM ledger_entry r WHERE r.reverses_id IS NOT NULL AND "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE entry_id = r.id) <> "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE entry_id = r.reverses_id)"),
    Check("I09", _("chứng từ nằm trong đúng tháng của ngày ghi sổ"),
          "SELECT e.school_id, e.id FROM ledger_entry e JOIN ledger_period p ON p.id = e.period_id "
          "WHERE CAST(p.year * 100 + p.month AS varchar(6)) <> "
          "SUBSTR(CAST(e.occurred_on AS varchar(10)), 1, 4) || SUBSTR(CAST(e.occurred_on AS varchar(10)), 6, 2)"),
]  # fmt: skip
