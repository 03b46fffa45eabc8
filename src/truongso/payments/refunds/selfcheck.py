"""Refunds, recomputed."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

_STANDING = (
    "EXISTS (SELECT 1 FROM payments_refundpayout p WHERE p.item_id = i.id AND p.kind = 'paid' AND NOT EXISTS "
    "(SELECT 1 FROM payments_refundpayout r WHERE r.reverses_id = p.id))"
)
_OUT = (
    "(SELECT COALESCE(SUM(CASE WHEN m.kind = 'refunded' THEN m.amount ELSE -m.amount END), 0) "
    "FROM payments_creditmove m WHERE m.refund_item_id = i.id AND m.kind IN ('refunded', 'kept'))"
)


def _numbered(table: str, kind: str, title: str | Promise) -> Check:
    return Check("I08", title,
                 "SELECT c.school_id, c.year, c.kind FROM payments_refundcounter c LEFT JOIN (SELECT school_id, year, "
                 f"COUNT(*) AS n, MAX(number) AS last FROM {table} GROUP BY school_id, year) t "
                 f"ON t.school_id = c.school_id AND t.year = c.year WHERE c.kind = '{kind}' "
                 "AND (c.last_number <> COALESCE(t.n, 0) OR c.last_number <> COALESCE(t.last, 0))")  # fmt: skip


CHECKS = [
    _numbered("payments_refundrequest", "request", _("số đề nghị hoàn trả chạy từ 1, không thiếu số nào")),
    _numbered("payments_refundfile", "file", _("số tệp chi hoàn trả chạy từ 1, không thiếu số nào")),
    _numbered("payments_refundvoucher", "voucher", _("số phiếu chi hoàn trả chạy từ 1, không thiếu số nào")),
    Check("I04", _("khoản hoàn trả đến hạn, đã gửi hoặc đã trả được lấy đủ từ các khoản nộp, khoản khác không lấy gì"),
          f"SELECT i.school_id, i.code FROM payments_refunditem i WHERE {_OUT} <> "
          "CASE WHEN i.state IN ('due', 'sent', 'paid') THEN i.amount ELSE 0 END"),
    Check("I04", _("các phần của khoản hoàn trả cộng đúng, và các gia đình cộng đúng bằng đề nghị"),
          "SELECT i.school_id, i.code FROM payments_refunditem i JOIN payments_refundrequest q ON q.id = i.request_id "
          "LEFT JOIN (SELECT item_id, SUM(amount) AS a, SUM(surplus) AS s FROM payments_refundpart GROUP BY item_id) p "
          "ON p.item_id = i.id WHERE i.lowered <> COALESCE(p.a, 0) OR (q.kind <> 'credit' "
          "AND i.amount <> COALESCE(p.s, 0)) OR q.amount <> (SELECT SUM(amount) FROM payments_refunditem x "
          "WHERE x.request_id = q.id) OR q.lowered <> (SELECT SUM(lowered) FROM payments_refunditem x "
          "WHERE x.request_id = q.id)"),
    Check("I05", _("khoản hoàn trả là đã trả khi và chỉ khi tiền đã đi và không quay lại"),
          f"SELECT i.school_id, i.code FROM payments_refunditem i WHERE (i.state = 'paid') <> {_STANDING} "
          "OR (SELECT COUNT(*) FROM payments_refundpayout p WHERE p.item_id = i.id AND p.kind = 'paid') - "
          "(SELECT COUNT(*) FROM payments_refundpayout p WHERE p.item_id = i.id AND p.kind <> 'paid') > 1"),
    Check("I05", _("một người đề nghị, người khác duyệt đúng nội dung đã đề nghị"),
          "SELECT q.school_id, q.public_id FROM payments_refundrequest q "
          "LEFT JOIN payments_refunddecision d ON d.request_id = q.id WHERE (q.state = 'proposed') <> (d.id IS NULL) "
          "OR d.decision <> q.state OR (d.decision <> 'withdrawn' AND d.decided_by = q.proposed_by) "
          "OR d.digest <> q.digest"),
    Check("I09", _("khoản phải hoàn trong sổ = các khoản hoàn đã duyệt mà tiền chưa đi"),
          "SELECT a.school_id, a.code FROM ledger_account a WHERE a.role = 'refund_due' AND "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE credit_id = a.id) - "
          "(SELECT COALESCE(SUM(amount), 0) FROM ledger_posting WHERE debit_id = a.id) <> "
          "(SELECT COALESCE(SUM(i.amount), 0) FROM payments_refunditem i WHERE i.school_id = a.school_id "
          "AND i.state IN ('due', 'sent'))"),
]  # fmt: skip
