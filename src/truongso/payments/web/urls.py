"""Addresses of the payments room."""

from django.urls import path

from truongso.payments.web import bill_api, gateway_return, hooks, printing, receipts, signing

app_name = "payments"

urlpatterns = [
    path("hooks/<str:provider>/<str:connection>", hooks.gateway_notice, name="hook_gateway"),
    path("p/tra-ve/<str:provider>/<str:attempt>", gateway_return.gateway_return, name="gateway_return"),
    path("api/bill/v1/inquiry", bill_api.inquiry_view, name="bill_inquiry"),
    path("api/bill/v1/notify", bill_api.notify_view, name="bill_notify"),
    path("api/bill/v1/reversal", bill_api.reversal_view, name="bill_reversal"),
    path("api/bill/v1/transactions", bill_api.transactions_view, name="bill_transactions"),
    path("api/bill/v1/reconcile", bill_api.reconcile_view, name="bill_reconcile"),
    path("khoa-cong-khai", signing.keys_page, name="public_keys"),
    path("thu/bien-lai/<str:public_id>.json", signing.signed, name="receipt_signed"),
    path("thu/in", printing.hub, name="printing"),
    path("thu/in/phieu", printing.print_notices, name="print_notices"),
    path("thu/in/bang-ke.pdf", printing.sheets_pdf, name="class_sheets_pdf"),
    path("thu/in/bang-ke.xlsx", printing.sheets_xlsx, name="class_sheets_xlsx"),
    path("thu/in/<str:public_id>", printing.run_page, name="print_run"),
    path("thu/in/<str:public_id>/tien-do", printing.run_progress, name="print_progress"),
    path("thu/in/<str:public_id>/lam-tiep", printing.run_again, name="print_again"),
    path("thu/in/<str:public_id>/<int:number>.pdf", printing.part_file, name="print_part"),
    path("thu/bien-lai", receipts.receipt_list, name="receipts"),
    path("thu/bien-lai/tai-ve", receipts.export, name="receipts_export"),
    path("thu/bien-lai/in", receipts.print_many, name="receipts_print"),
    path("thu/bien-lai/<str:public_id>.pdf", receipts.receipt_file, name="receipt_file"),
    path("thu/bien-lai/<str:public_id>/in", receipts.print_one, name="receipt_print"),
    path("thu/bien-lai/<str:public_id>", receipts.receipt_page, name="receipt"),
]
