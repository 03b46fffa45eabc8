"""Addresses of the gateways. A provider's base address is /<provider>; below it stand its published paths."""

from __future__ import annotations

from django.urls import path

from truongso.sandbox.gateways.web import admin, admin_money, pages, pos_pages, protocol, wallet_pages

urlpatterns = [
    path("", pages.home, name="gateways-home"),
    path("thanh-toan/<str:token>", pages.pay, name="gateways-pay"),
    path("giao-dich/<str:token>", pages.order, name="gateways-order"),
    path("giao-dich/<str:token>/gui-lai", pages.resend, name="gateways-resend"),
    path("cong/<str:provider>/tat-bat", pages.outage, name="gateways-outage"),
    path("vi", wallet_pages.home, name="gateways-wallet"),
    path("vi/anh", wallet_pages.picture, name="gateways-wallet-picture"),
    path("pos", pos_pages.home, name="gateways-pos"),
    path("pos/<str:tid>", pos_pages.terminal, name="gateways-terminal"),
    path("pos/<str:tid>/chot-lo", pos_pages.close, name="gateways-close"),
    path("pos/<str:tid>/lo/<int:number>/thanh-toan", pos_pages.settle, name="gateways-settle"),
    path("pos/<str:tid>/lo/<int:number>/tep", pos_pages.batch_file, name="gateways-batch-file"),
    path("lien/<int:sale_id>", pos_pages.slip, name="gateways-slip"),
    path("lien/<int:sale_id>/huy", pos_pages.void, name="gateways-void"),
    path("vnpay/paymentv2/vpcpay.html", protocol.vnpay_page),
    path("vnpay/merchant_webapi/api/transaction", protocol.vnpay_transaction),
    path("momo/v2/gateway/api/create", protocol.momo_create),
    path("momo/v2/gateway/api/query", protocol.momo_query),
    path("momo/v2/gateway/api/refund", protocol.momo_refund),
    path("zalopay/v2/create", protocol.zalopay_create),
    path("zalopay/v2/query", protocol.zalopay_query),
    path("zalopay/v2/refund", protocol.zalopay_refund),
    path("zalopay/v2/query_refund", protocol.zalopay_query_refund),
    path("payos/v2/payment-requests", protocol.payos_create),
    path("payos/v2/payment-requests/<str:name>", protocol.payos_link),
    path("payos/v2/payment-requests/<str:name>/cancel", protocol.payos_cancel),
    path("payos/confirm-webhook", protocol.payos_confirm),
    path("payos-bank/<str:client_id>", protocol.payos_bank_line, name="gateways-payos-bank"),
    path("api/health", admin.health),
    path("api/merchants", admin.merchant_list),
    path("api/merchants/<str:provider>/<str:code>/notices", admin.merchant_notices),
    path("api/providers/<str:provider>", admin.provider_health),
    path("api/orders", admin.order_list),
    path("api/orders/<str:token>", admin.order_one),
    path("api/orders/<str:token>/outcome", admin.order_outcome),
    path("api/orders/<str:token>/notice", admin.order_notice),
    path("api/merchants/<str:provider>/<str:code>/payouts", admin_money.payout),
    path("api/merchants/<str:provider>/<str:code>/payouts/<int:number>/file", admin_money.payout_file),
    path("api/terminals", admin_money.terminals),
    path("api/terminals/<str:tid>/sales", admin_money.sell),
    path("api/terminals/<str:tid>/void", admin_money.void),
    path("api/terminals/<str:tid>/batches", admin_money.close),
    path("api/terminals/<str:tid>/batches/<int:number>/settle", admin_money.settle),
    path("api/terminals/<str:tid>/batches/<int:number>/file", admin_money.batch_file),
    path("api/wallets", admin_money.wallets),
    path("api/wallets/pay", admin_money.wallet_pay),
    path("api/deliveries", admin.delivery_list),
    path("api/deliveries/<int:delivery_id>/delay", admin.delivery_delay),
]
handler404 = "truongso.sandbox.gateways.web.pages.not_found"
