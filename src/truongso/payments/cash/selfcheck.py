"""Cash, recomputed: the cash account of the books is what receipts, deposits, counts and refunds in cash make of it.

Decided: the box never holds less than nothing. Giving out (refunds, undone receipts, deposits) is refused beyond what
lies there, and no day may end under zero.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

_MOVED = (
    "(SELECT p.school_id, e.occurred_on AS day, COALESCE(o.kind, e.kind) AS kind, "
    "CASE WHEN p.debit_id = a.id THEN p.amount ELSE -p.amount END AS amount "
    "FROM ledger_account a JOIN ledger_posting p ON p.school_id = a.school_id AND a.id IN (p.debit_id, p.credit_id) "
    "JOIN ledger_entry e ON e.id = p.entry_id LEFT JOIN ledger_entry o ON o.id = e.reverses_id WHERE a.role = 'cash')"
)


def _booked(kind: str, rows: str, title: str | Promise) -> Check:
    """What entries of one kind moved on the cash account is what the rows behind them say."""
    return Check(
        "I17", title,
        "SELECT s.id, s.code FROM organizations_school s "
        f"LEFT JOIN (SELECT school_id, SUM(amount) AS s FROM {_MOVED} m WHERE kind = '{kind}' GROUP BY school_id) l "
        f"ON l.school_id = s.id LEFT JOIN ({rows}) r ON r.school_id = s.id "
        "WHERE COALESCE(l.s, 0) <> COALESCE(r.s, 0)",
    )  # fmt: skip


CHECKS = [
    _booked(
        "payment",
        "SELECT school_id, SUM(amount) AS s FROM payments_payment WHERE method = 'cash' AND reversed_at IS NULL "
        "GROUP BY school_id",
        _("tiền mặt đã thu trong sổ = các khoản nộp tiền mặt còn hiệu lực"),
    ),
    _booked(
        "deposit",
        "SELECT school_id, -SUM(amount) AS s FROM payments_cashdeposit WHERE cancelled_at IS NULL GROUP BY school_id",
        _("tiền mặt nộp ngân hàng trong sổ = các lần nộp còn hiệu lực"),
    ),
    _booked(
        "cash_day",
        "SELECT school_id, SUM(difference) AS s FROM payments_cashcount WHERE state = 'confirmed' GROUP BY school_id",
        _("chênh lệch tiền mặt trong sổ = chênh lệch của các lần kiểm quỹ đã xác nhận"),
    ),
    Check("I17", _("không có gì khác làm thay đổi tài khoản tiền mặt"),
          f"SELECT school_id, kind FROM {_MOVED} m "
          "WHERE kind NOT IN ('payment', 'deposit', 'cash_day', 'refund_paid')"),
    Check("I17", _("không ngày nào quỹ tiền mặt âm"),
          "SELECT school_id, day FROM (SELECT school_id, day, SUM(moved) OVER (PARTITION BY school_id ORDER BY day) "
          f"AS there FROM (SELECT school_id, day, SUM(amount) AS moved FROM {_MOVED} m GROUP BY school_id, day) d) r "
          "WHERE there < 0"),
    Check("I17", _("mỗi lần kiểm quỹ cộng đúng từ các mệnh giá và khớp với sổ của ngày đó"),
          "SELECT c.school_id, c.day FROM payments_cashcount c WHERE c.counted <> (SELECT COALESCE(SUM(denomination "
          "* pieces), 0) FROM payments_cashcountline l WHERE l.count_id = c.id) OR (c.state IN ('signed', 'confirmed') "
          f"AND (SELECT COALESCE(SUM(m.amount), 0) FROM {_MOVED} m WHERE m.school_id = c.school_id AND m.day <= c.day) "
          "<> CASE WHEN c.state = 'signed' THEN c.expected ELSE c.counted END)"),
    Check("I17", _("quỹ khóa đến lần kiểm quỹ đã ký hoặc đã xác nhận gần nhất"),
          "SELECT s.id, s.code FROM organizations_school s LEFT JOIN payments_cashbox b ON b.school_id = s.id "
          "LEFT JOIN (SELECT school_id, MAX(day) AS day FROM payments_cashcount WHERE state IN ('signed', 'confirmed') "
          "GROUP BY school_id) c ON c.school_id = s.id "
          "WHERE COALESCE(CAST(b.locked_through AS varchar(10)), '') <> COALESCE(CAST(c.day AS varchar(10)), '')"),
    Check("I17", _("mỗi lần nộp ngân hàng có trong sổ với đúng số tiền, và được đảo khi và chỉ khi đã hủy"),
          "SELECT d.school_id, d.public_id FROM payments_cashdeposit d LEFT JOIN ledger_entry e "
          "ON e.school_id = d.school_id AND e.kind = 'deposit' AND e.source_id = d.id "
          "LEFT JOIN ledger_entry r ON r.reverses_id = e.id LEFT JOIN (SELECT entry_id, SUM(amount) AS s "
          "FROM ledger_posting GROUP BY entry_id) p ON p.entry_id = e.id "
          "WHERE COALESCE(p.s, 0) <> d.amount OR (d.cancelled_at IS NULL) <> (r.id IS NULL)"),
]  # fmt: skip
