"""Addresses of the reporting room."""

from django.urls import path

from truongso.reporting.web import cashless

app_name = "reporting"

urlpatterns = [
    path("bao-cao/khong-tien-mat", cashless.report, name="cashless"),
    path("bao-cao/khong-tien-mat/khoan-nop", cashless.payments, name="payments"),
    path("bao-cao/khong-tien-mat/tai-ve", cashless.export, name="export"),
    path("bao-cao/khong-tien-mat/ban-in", cashless.paper, name="paper"),
]
