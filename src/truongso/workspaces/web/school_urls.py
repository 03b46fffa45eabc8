"""Addresses of the school's composed pages."""

from django.urls import path

from truongso.workspaces.web import counter, school, search

urlpatterns = [
    path("thu", school.overview_page, name="overview"),
    path("thu/phieu/<str:code>", school.invoice_page, name="invoice"),
    path("thu/phieu/<str:code>/thu-tien-mat", counter.cash, name="cash"),
    path("thu/khoan-nop/<str:public_id>", school.payment_page, name="payment"),
    path("thu/khoan-nop/<str:public_id>/hoan-tac", counter.undo_payment, name="undo_payment"),
    path("tim", search.search, name="search"),
]
