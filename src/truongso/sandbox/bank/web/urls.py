"""Addresses of the bank. `/pay?payload=…` is the link that a payment page uses to open the bank's app."""

from __future__ import annotations

from django.urls import path

from truongso.sandbox.bank.web import api, bill_pages, pages

urlpatterns = [
    path("", pages.home, name="bank-home"),
    path("pay", pages.pay, name="bank-pay"),
    path("pay/anh", pages.picture, name="bank-picture"),
    path("da-chuyen/<int:number>", pages.done, name="bank-done"),
    path("tai-khoan", pages.receivers, name="bank-receivers"),
    path("tai-khoan/<str:number>", pages.account, name="bank-account"),
    path("tai-khoan/<str:number>/giao-dich", pages.other_line, name="bank-other-line"),
    path("tai-khoan/<str:number>/thong-bao", pages.feed, name="bank-feed"),
    path("tai-khoan/<str:number>/sao-ke", pages.statement, name="bank-statement"),
    path("thong-bao", pages.delivery_log, name="bank-deliveries"),
    path("thong-bao/<int:delivery_id>/hoan", pages.hold, name="bank-hold"),
    path("giao-dich/<int:line_id>/gui-lai", pages.resend, name="bank-resend"),
    path("hoa-don", bill_pages.find, name="bank-bills"),
    path("hoa-don/<int:biller_id>/nop", bill_pages.pay, name="bank-bill-pay"),
    path("hoa-don/<int:biller_id>/tra-truong", bill_pages.pay_out, name="bank-bill-pay-out"),
    path("hoa-don/tep/<int:line_id>", bill_pages.settlement, name="bank-bill-file"),
    path("hoa-don/da-nop/<int:number>", bill_pages.done, name="bank-bill-done"),
    path("hoa-don/da-nop/<int:number>/bao-lai", bill_pages.repeat, name="bank-bill-repeat"),
    path("api/health", api.health),
    path("api/accounts", api.receivers),
    path("api/accounts/<str:number>/lines", api.account_lines),
    path("api/accounts/<str:number>/notices", api.account_notices),
    path("api/accounts/<str:number>/feeds", api.account_feeds),
    path("api/accounts/<str:number>/virtual", api.account_virtual),
    path("api/accounts/<str:number>/statement", api.account_statement),
    path("api/billers", api.billers),
    path("api/customers", api.customers),
    path("api/pay", api.pay),
    path("api/pay-many", api.pay_many),
    path("api/deliveries", api.delivery_log),
    path("api/deliveries/<int:delivery_id>/delay", api.delivery_delay),
    path("api/lines/<int:line_id>/notice", api.line_notice),
]
handler404 = "truongso.sandbox.bank.web.pages.not_found"
