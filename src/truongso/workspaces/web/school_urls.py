"""Addresses of the school's composed pages."""

from django.urls import path

from truongso.workspaces.web import counter, methods, profile, school, search, undo

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
    path("thu/phuong-thuc", methods.methods_page, name="methods"),
    path("thu/phuong-thuc/thiet-lap", methods.methods_settings, name="methods_settings"),
    path("cai-dat/truong", profile.profile, name="profile"),
    path("tim", search.search, name="search"),
]
