"""What reports made elsewhere may read of money: sums by school and month."""

from __future__ import annotations

from truongso.kernel.report_views import ReportView

VIEWS = [
    ReportView(
        "ts_report_collection",
        "SELECT p.school_id, s.code AS school_code, date_trunc('month', p.received_on)::date AS month, p.method, "
        "count(*) AS payments, sum(p.amount)::bigint AS amount FROM payments_payment p "
        "JOIN organizations_school s ON s.id = p.school_id WHERE p.reversed_at IS NULL "
        "GROUP BY p.school_id, s.code, date_trunc('month', p.received_on), p.method",
    ),
    ReportView(
        "ts_report_invoices",
        "SELECT i.school_id, s.code AS school_code, date_trunc('month', i.due_on)::date AS due_month, "
        "count(*) AS invoices, count(*) FILTER (WHERE i.paid >= i.total) AS paid_invoices, "
        "sum(i.total)::bigint AS asked, sum(i.paid)::bigint AS paid FROM fees_invoice i "
        "JOIN organizations_school s ON s.id = i.school_id WHERE i.cancelled_at IS NULL "
        "GROUP BY i.school_id, s.code, date_trunc('month', i.due_on)",
    ),
]
