"""Addresses of the payments room."""

from django.urls import path

from truongso.payments.web import bill_api, receipts

app_name = "payments"

urlpatterns = [
    path("api/bill/v1/inquiry", bill_api.inquiry_view, name="bill_inquiry"),
    path("api/bill/v1/notify", bill_api.notify_view, name="bill_notify"),
    path("api/bill/v1/reversal", bill_api.reversal_view, name="bill_reversal"),
    path("api/bill/v1/transactions", bill_api.transactions_view, name="bill_transactions"),
    path("api/bill/v1/reconcile", bill_api.reconcile_view, name="bill_reconcile"),
    path("thu/bien-lai", receipts.receipt_list, name="receipts"),
    path("thu/bien-lai/tai-ve", receipts.export, name="receipts_export"),
    path("thu/bien-lai/in", receipts.print_many, name="receipts_print"),
    path("thu/bien-lai/<str:public_id>.pdf", receipts.receipt_file, name="receipt_file"),
    path("thu/bien-lai/<str:public_id>/in", receipts.print_one, name="receipt_print"),
    path("thu/bien-lai/<str:public_id>", receipts.receipt_page, name="receipt"),
]
