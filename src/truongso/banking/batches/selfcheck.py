"""Settled batches in the books, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

_TRANSIT = (
    "SELECT p.entry_id, SUM(CASE WHEN c.role = 'in_transit' THEN p.amount WHEN d.role = 'in_transit' THEN -p.amount "
    "ELSE 0 END) AS out_of, SUM(CASE WHEN d.role = 'collection_fee' THEN p.amount WHEN c.role = 'collection_fee' "
    "THEN -p.amount ELSE 0 END) AS fee FROM ledger_posting p JOIN ledger_account d ON d.id = p.debit_id "
    "JOIN ledger_account c ON c.id = p.credit_id GROUP BY p.entry_id"
)
_ITEMS = (
    "SELECT batch_id, SUM(CASE WHEN state = 'matched' THEN gross ELSE 0 END) AS g, "
    "SUM(CASE WHEN state = 'matched' THEN fee ELSE 0 END) AS f, "
    "SUM(CASE WHEN state = 'other' THEN net ELSE 0 END) AS k FROM payments_settlementitem GROUP BY batch_id"
)

_BALANCE = (
    "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE debit_id = a.id) - "
    "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE credit_id = a.id)"
)
# What a gateway, terminal or bill service has told of and not paid out; refunds it keeps off what it owes.
_TOLD = (
    "(SELECT COALESCE(SUM(p.amount), 0) FROM payments_payment p JOIN payments_evidence e ON e.id = p.evidence_id "
    "WHERE p.school_id = a.school_id AND p.reversed_at IS NULL AND e.kind IN ('notice', 'pos_slip', 'settlement'))"
)
_PAID_OUT = (
    "(SELECT COALESCE(SUM(i.gross), 0) FROM payments_settlementitem i JOIN banking_batchlink k "
    "ON k.batch_id = i.batch_id AND k.school_id = i.school_id AND k.state = 'standing' "
    "WHERE i.school_id = a.school_id AND i.state = 'matched')"
)
_GIVEN_BACK = (
    "(SELECT COALESCE(SUM(CASE r.kind WHEN 'paid' THEN r.amount ELSE -r.amount END), 0) FROM payments_refundpayout r "
    "WHERE r.school_id = a.school_id AND r.way = 'gateway')"
)
_DEPOSITED = (
    "(SELECT COALESCE(SUM(d.amount), 0) FROM payments_cashdeposit d LEFT JOIN banking_depositlink l "
    "ON l.deposit_id = d.id AND l.school_id = d.school_id AND l.state = 'standing' "
    "WHERE d.school_id = a.school_id AND d.cancelled_at IS NULL AND l.id IS NULL)"
)

CHECKS = [
    Check("I18", _("tiền đang chuyển = phiếu quẹt thẻ, thông báo và khoản nộp mà ngân hàng chưa ghi có"),
          f"SELECT a.school_id, a.code FROM ledger_account a WHERE a.role = 'in_transit' "
          f"AND {_BALANCE} <> {_TOLD} - {_PAID_OUT} - {_GIVEN_BACK} + {_DEPOSITED}"),
    Check("I18", _("dòng sao kê đã đối trừ khi và chỉ khi các liên kết còn hiệu lực đủ số tiền"),
          "SELECT b.school_id, b.public_id FROM banking_bankline b LEFT JOIN (SELECT line_id, SUM(amount) AS s "
          "FROM banking_batchlink WHERE state = 'standing' GROUP BY line_id) k ON k.line_id = b.id "
          "WHERE (b.state = 'settled') <> (k.line_id IS NOT NULL) OR (k.line_id IS NOT NULL AND k.s <> b.amount)"),
    Check("I18", _("lô quyết toán đã trả khi và chỉ khi liên kết của lô còn hiệu lực"),
          "SELECT b.school_id, b.reference FROM payments_settlementbatch b LEFT JOIN banking_batchlink k "
          "ON k.batch_id = b.id AND k.school_id = b.school_id AND k.state = 'standing' "
          "WHERE (b.paid_at IS NOT NULL) <> (k.id IS NOT NULL) OR (k.id IS NOT NULL AND k.amount <> b.net)"),
    Check("I18", _("liên kết còn hiệu lực đưa toàn bộ số tiền của lô ra khỏi tiền đang chuyển và phí vào chi phí"),
          f"SELECT k.school_id, k.id FROM banking_batchlink k JOIN ({_ITEMS}) i ON i.batch_id = k.batch_id "
          "LEFT JOIN ledger_entry e ON e.school_id = k.school_id AND e.kind = 'settlement' AND e.source_id = k.id "
          f"LEFT JOIN ({_TRANSIT}) t ON t.entry_id = e.id LEFT JOIN ledger_entry r ON r.reverses_id = e.id "
          "WHERE (k.state = 'standing' AND (COALESCE(t.out_of, 0) <> i.g OR COALESCE(t.fee, 0) <> i.f "
          "OR k.kept <> i.k)) OR (e.id IS NOT NULL AND (k.state = 'standing') <> (r.id IS NULL))"),
]  # fmt: skip
