"""Addresses of the payments room."""

from django.urls import path

from truongso.payments.web import receipts

app_name = "payments"

urlpatterns = [
    path("thu/bien-lai", receipts.receipt_list, name="receipts"),
    path("thu/bien-lai/tai-ve", receipts.export, name="receipts_export"),
    path("thu/bien-lai/in", receipts.print_many, name="receipts_print"),
    path("thu/bien-lai/<str:public_id>.pdf", receipts.receipt_file, name="receipt_file"),
    path("thu/bien-lai/<str:public_id>/in", receipts.print_one, name="receipt_print"),
    path("thu/bien-lai/<str:public_id>", receipts.receipt_page, name="receipt"),
]
