"""Addresses of the banking room."""

from django.urls import path

from truongso.banking.web import hooks

app_name = "banking"

urlpatterns = [
    path("hooks/sepay/<str:connection>", hooks.sepay, name="hook_sepay"),
]
