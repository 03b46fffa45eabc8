"""Invoices, recomputed."""

from django.utils.translation import gettext_lazy as _

from truongso.kernel.selfcheck import Check

CHECKS = [
    Check("I02", _("tổng phiếu thu = các khoản thu + thu thêm − giảm trừ"),
          "SELECT i.school_id, i.code FROM fees_invoice i LEFT JOIN (SELECT invoice_id, "
          "SUM(CASE WHEN kind = 'credit' THEN -amount ELSE amount END) AS s FROM fees_invoiceline "
          "GROUP BY invoice_id) l "
          "ON l.invoice_id = i.id WHERE i.total <> COALESCE(l.s, 0)"),
    Check("I02", _("các khoản giảm trừ của mỗi dòng cộng đúng"),
          "SELECT l.school_id, l.id FROM fees_invoiceline l LEFT JOIN (SELECT adjusts_id, SUM(amount) AS s "
          "FROM fees_invoiceline WHERE kind = 'credit' GROUP BY adjusts_id) c ON c.adjusts_id = l.id "
          "WHERE l.kind <> 'credit' AND l.credited <> COALESCE(c.s, 0)"),
    Check("I09", _("mỗi phiếu thu có trong sổ với đúng số tiền"),
          "SELECT i.school_id, i.code FROM fees_invoice i "
          "LEFT JOIN ledger_entry e ON e.school_id = i.school_id AND e.kind = 'invoice' AND e.source_id = i.id "
          "LEFT JOIN (SELECT entry_id, SUM(amount) AS s FROM ledger_posting GROUP BY entry_id) p ON p.entry_id = e.id "
          "LEFT JOIN (SELECT invoice_id, SUM(amount) AS s FROM fees_invoiceline WHERE kind = 'charge' "
          "GROUP BY invoice_id) l ON l.invoice_id = i.id WHERE COALESCE(p.s, 0) <> COALESCE(l.s, 0)"),
    Check("I12", _("phiếu thu và các dòng của nó thuộc cùng một trường"),
          "SELECT i.school_id, i.code FROM fees_invoice i JOIN fees_invoiceline l ON l.invoice_id = i.id "
          "WHERE l.school_id <> i.school_id"),
    Check("R10", _("giấy tờ của đợt thu theo mẫu đã công bố và có hiệu lực vào ngày phát hành"),
          "SELECT r.school_id, r.public_id FROM fees_collectionround r "
          "JOIN organizations_paymenttemplate t ON t.id = r.payment_template_id "
          "WHERE t.state <> 'published' OR r.issued_at IS NULL OR t.published_at > r.issued_at"),
]  # fmt: skip
