"""Addresses of the school's composed pages."""

from django.urls import path

from truongso.workspaces.web import counter, school, search, undo

urlpatterns = [
    path("thu", school.overview_page, name="overview"),
    path("thu/phieu/<str:code>", school.invoice_page, name="invoice"),
    path("thu/quay", counter.counter, name="counter"),
    path("thu/quay/thu", counter.take, name="counter_take"),
    path("thu/quay/in/<str:public_id>", counter.print_receipt, name="counter_print"),
    path("thu/quay/qr/<str:code>", counter.show_qr, name="counter_qr"),
    path("thu/quay/qr/<str:code>/trang-thai", counter.qr_state, name="counter_qr_state"),
    path("thu/khoan-nop/<str:public_id>", school.payment_page, name="payment"),
    path("thu/khoan-nop/<str:public_id>/hoan-tac", undo.undo_payment, name="undo_payment"),
    path("tim", search.search, name="search"),
]
