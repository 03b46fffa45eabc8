"""Settlement, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I18", _("lô quyết toán bằng tổng các mục: tổng = phí + thực nhận"),
          "SELECT b.school_id, b.reference FROM payments_settlementbatch b LEFT JOIN (SELECT batch_id, "
          "SUM(gross) AS g, SUM(fee) AS f, SUM(net) AS n FROM payments_settlementitem GROUP BY batch_id) i "
          "ON i.batch_id = b.id WHERE b.gross <> COALESCE(i.g, 0) OR b.fee <> COALESCE(i.f, 0) "
          "OR b.net <> COALESCE(i.n, 0) OR b.gross <> b.fee + b.net"),
    Check("I18", _("mỗi mục quyết toán một chứng cứ đúng số tiền, một lần"),
          "SELECT i.school_id, i.key FROM payments_settlementitem i JOIN payments_evidence e ON e.id = i.evidence_id "
          "WHERE e.school_id <> i.school_id OR (i.gross > 0 AND e.amount <> i.gross) "
          "OR (i.gross < 0 AND -i.gross > e.amount)"),
    Check("I18", _("lô đã trả không còn mục nào mở"),
          "SELECT b.school_id, b.reference FROM payments_settlementbatch b JOIN payments_settlementitem i "
          "ON i.batch_id = b.id WHERE b.paid_at IS NOT NULL AND i.state NOT IN ('matched', 'other')"),
]  # fmt: skip
